"""Arrays as files that other programs open: PNG, GIF and WAV."""

from __future__ import annotations

import struct
import wave
import zlib
from typing import Any

from lineage_index.tracking.optional import needed

__all__ = ["Pixels", "gif_of", "pixels_of", "png_of", "wav_of"]

Pixels = Any
"""A numpy array of bytes, (height, width, channels) with 1, 2, 3 or 4 channels."""

_PNG_COLOUR = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> PNG colour type


def pixels_of(data: Any, dataformats: str, what: str) -> Pixels:
    """An array or tensor as pixels. Floats are taken to lie between 0 and 1.

    `dataformats` names the axes, such as `CHW`, `HWC`, `HW`. Raises ValueError for a shape that does not
    fit them, ImportError without numpy.
    """
    numpy = needed("numpy", what)
    array = _array(data, numpy)
    axes = dataformats.upper()
    if array.ndim != len(axes) or sorted(axes) not in (sorted("HW"), sorted("CHW")):
        raise ValueError(f"{what}: an array of shape {array.shape} does not fit dataformats={dataformats!r}")
    if len(axes) == 2:
        array, axes = array[..., None], axes + "C"
    array = array.transpose([axes.index(axis) for axis in "HWC"])
    if array.shape[2] not in _PNG_COLOUR:
        raise ValueError(
            f"{what}: {array.shape[2]} channels; is dataformats={dataformats!r} right for this array?"
        )
    return to_bytes(array, numpy)


def to_bytes(array: Any, numpy: Any) -> Any:
    """An array as unsigned bytes: floats from 0 to 1 and booleans are scaled, integers clipped."""
    if array.dtype.kind in "fb":
        array = numpy.nan_to_num(array.astype("float64")) * 255.0
        array = numpy.rint(array)
    return numpy.ascontiguousarray(array.clip(0, 255).astype("uint8"))


def png_of(pixels: Pixels) -> bytes:
    """The pixels as a PNG file."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _PNG_COLOUR[channels], 0, 0, 0)
    rows = b"".join(b"\0" + pixels[row].tobytes() for row in range(height))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
        for tag, data in chunks
    )


def gif_of(data: Any, dataformats: str, fps: int, path: str) -> None:
    """Write frames as an animated GIF. Axes as in `pixels_of`, with `T` for time first."""
    if not dataformats.upper().startswith("T"):
        raise ValueError(f"log_video: time must be the first axis, not as in {dataformats!r}")
    image = needed("PIL.Image", "log_video with an array", "pillow")
    frames = []
    for frame in data:
        pixels = pixels_of(frame, dataformats[1:], "log_video")
        frames.append(image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))
    if not frames:
        raise ValueError("log_video: no frames")
    frames[0].save(
        path, format="GIF", save_all=True, append_images=frames[1:], duration=round(1000 / fps), loop=0
    )


def wav_of(data: Any, sample_rate: int, path: str) -> dict[str, int]:
    """Write samples, (frames,) or (frames, channels), as 16-bit WAV; floats lie between -1 and 1.
    Returns what the event says of it."""
    numpy = needed("numpy", "log_audio with an array")
    array = _array(data, numpy)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(f"log_audio: an array of shape {array.shape} is no (frames, channels)")
    if array.dtype.kind == "f":
        array = numpy.rint(numpy.nan_to_num(array).clip(-1, 1) * 32767)
    array = array.clip(-32768, 32767).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setnchannels(array.shape[1])
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(array.tobytes())
    return {
        "sample_rate": sample_rate,
        "num_channels": int(array.shape[1]),
        "length_frames": int(array.shape[0]),
    }


def _array(data: Any, numpy: Any) -> Any:
    # A tensor that learns, or lies on a device, has to be asked for its numbers.
    for method in ("detach", "cpu"):
        ask = getattr(data, method, None)
        data = ask() if callable(ask) else data
    return numpy.asarray(data)
