// Tells the server when the page is left, though the browser may keep it and its connection.
//
// data: address  where to say so, relative to the page

const SAYS = Symbol.for('ganssl.leaving'); // once for the page, however often this is drawn anew

export default function watch({ data }) {
  const known = window[SAYS] ??= listen();
  known.address = data.address;
}

function listen() {
  const said = { address: '' };
  window.addEventListener('pagehide', () => {
    navigator.sendBeacon(new URL(said.address, document.baseURI));
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload(); // the visit may have gone on elsewhere meanwhile
  });
  return said;
}
