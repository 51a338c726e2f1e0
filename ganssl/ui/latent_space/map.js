({ url, side, columns }) => {
  const zoom = 2;
  const most = 150; // so many faces in view stand in place of their points
  const small = 40;
  const settle = 300;
  const piece = (row, scale) => ({
    width: `${scale * side}px`,
    height: `${scale * side}px`,
    backgroundImage: `url(${url})`,
    backgroundSize: `${scale * side * columns}px auto`,
    backgroundPosition: `${-scale * side * (row % columns)}px ${
      -scale * side * Math.floor(row / columns)
    }px`,
  });
  const hovered =
    document.getElementById("lab-hover") ||
    document.body.appendChild(Object.assign(document.createElement("div"), { id: "lab-hover" }));
  Object.assign(hovered.style, {
    display: "none",
    position: "fixed",
    pointerEvents: "none",
    zIndex: 9999,
    border: "2px solid #333",
    borderRadius: "6px",
  });
  const hide = () => {
    hovered.style.display = "none";
  };
  const show = (event) => {
    const row = [event.points[0].customdata].flat()[0];
    const at = event.event;
    if (row === undefined || !at) return;
    const left = `${at.clientX + 14}px`;
    const top = `${at.clientY + 14}px`;
    Object.assign(hovered.style, piece(row, zoom), { display: "block", left, top });
  };

  const inView = (chart) => {
    const { xaxis, yaxis } = chart._fullLayout;
    const found = [];
    if (!xaxis || !yaxis || chart._fullLayout.scene) return found;
    for (const { x, y, customdata, marker } of chart._fullData) {
      Array.from(customdata ?? [], (row, i) => {
        const [left, top] = [xaxis.d2p(x[i]), yaxis.d2p(y[i])];
        if (left < 0 || top < 0 || left > xaxis._length || top > yaxis._length) return;
        const opacity = Array.isArray(marker.opacity) || ArrayBuffer.isView(marker.opacity);
        const color = typeof marker.color === "string" ? marker.color : "transparent";
        found.push({
          row: [row].flat()[0],
          left,
          top,
          color,
          opacity: opacity ? marker.opacity[i] : 1,
        });
      });
    }
    return found;
  };
  const drawFaces = (chart) => {
    const place = chart.querySelector(".svg-container");
    if (!place) return;
    const { xaxis, yaxis } = chart._fullLayout;
    const faces = inView(chart);
    const box = place.querySelector(".lab-faces") || document.createElement("div");
    box.className = "lab-faces";
    box.replaceChildren();
    if (!faces.length || faces.length > most) return box.remove();
    Object.assign(box.style, {
      position: "absolute",
      overflow: "hidden",
      pointerEvents: "none",
      left: `${xaxis._offset}px`,
      top: `${yaxis._offset}px`,
      width: `${xaxis._length}px`,
      height: `${yaxis._length}px`,
    });
    for (const { row, left, top, color, opacity } of faces) {
      const face = document.createElement("div");
      face.dataset.row = row;
      Object.assign(face.style, piece(row, small / side), {
        position: "absolute",
        borderRadius: "4px",
        outline: `2px solid ${color}`,
        left: `${left - small / 2}px`,
        top: `${top - small / 2}px`,
        opacity,
      });
      box.append(face);
    }
    if (box.parentNode !== place) place.append(box);
  };

  let known = null; // a chart that is drawn anew has another `on`
  const attach = () => {
    const chart = document.querySelector(".st-key-lab-map .js-plotly-plot");
    if (!chart) hide();
    if (!chart || !chart.on || chart.on === known) return;
    known = chart.on;
    chart.on("plotly_hover", show);
    chart.on("plotly_unhover", hide);
    const draw = () => drawFaces(chart);
    for (const name of ["plotly_afterplot", "plotly_relayout", "plotly_relayouting"]) {
      chart.on(name, draw);
    }
    draw();
  };
  clearInterval(window.labHoverTimer);
  window.labHoverTimer = setInterval(attach, settle);
};
