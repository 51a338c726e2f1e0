"""What the pages draw.

Streamlit takes a folder called `pages` for its older kind of app until the
router in `app.py` has run once: a visitor who is the first on a fresh server
and comes by a link to a page would get that page without navigation and style.
The server reads `app.py`, and so this file, before anyone comes.
"""

from streamlit.runtime.pages_manager import PagesManager

PagesManager.uses_pages_directory = False
