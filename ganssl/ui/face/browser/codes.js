// Codes as the server sends them; a part of `component.js` and of `pictures.js`.

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);
const split = (values, length) => Array.from(
  { length: values.length / length }, (_, i) => values.subarray(i * length, (i + 1) * length));
const nextFrame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });

/** What draws a face's RGBA bytes on a canvas of another size. */
class Brush {
  paint(canvas, rgba) {
    const side = Math.sqrt(rgba.length / 4);
    this.small ??= new OffscreenCanvas(side, side);
    this.small.width = this.small.height = side;
    this.small.getContext('2d').putImageData(new ImageData(rgba, side), 0, 0);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.small, 0, 0, canvas.width, canvas.height);
  }
}
