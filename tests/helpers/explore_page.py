"""What a test reads off the page Explore."""

from __future__ import annotations

from ganssl.face.state import FaceState


def state_of(app) -> FaceState:
    return app.session_state["explore/history"].present


def slider(app, attribute):
    return app.slider(key=f"explore/slider {attribute}")


def after_url(app) -> str:
    return next(i.proto.imgs[0].url for i in app.image if i.proto.imgs[0].alt.startswith("After"))


def alts(app) -> list[str]:
    return [image.proto.imgs[0].alt for image in app.image]
