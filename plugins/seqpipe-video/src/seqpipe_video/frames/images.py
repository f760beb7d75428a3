"""What is done with series of images, shape (frames, height, width), float32, each by itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.float32]


def half_size(images: Images) -> Images:
    """Return images of half the height and width; an odd line or column at the end is left out."""
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    even = images[:, :height, :width]
    corners = even[:, 0::2, 0::2] + even[:, 1::2, 0::2] + even[:, 0::2, 1::2] + even[:, 1::2, 1::2]
    return corners * np.float32(0.25)


def double_size(images: Images, height: int, width: int) -> Images:
    """Return images of twice the size, or one pixel more, as `half_size` was given them."""
    out = np.repeat(np.repeat(images, 2, axis=1), 2, axis=2)
    return np.pad(out, ((0, 0), (0, height - out.shape[1]), (0, width - out.shape[2])), mode="edge")


def box_mean(images: Images, reach: int) -> Images:
    """Return the mean of the ``2 * reach + 1`` pixels squared around each one; the edges are repeated outwards."""
    size = 2 * reach + 1
    count, height, width = images.shape
    wide = np.empty((count, height, width + 2 * reach), np.float32)
    wide[:, :, reach:-reach] = images
    wide[:, :, :reach] = images[:, :, :1]
    wide[:, :, -reach:] = images[:, :, -1:]
    tall = np.empty((count, height + 2 * reach, width), np.float32)
    tall[:, reach:-reach] = _moving_sum(wide.swapaxes(1, 2), size).swapaxes(1, 2)
    tall[:, :reach] = tall[:, reach : reach + 1]
    tall[:, -reach:] = tall[:, -reach - 1 : -reach]
    means = _moving_sum(tall, size)
    means *= np.float32(1 / size**2)
    return means


def _moving_sum(images: Images, size: int) -> Images:
    """Return the sums of ``size`` lines that follow one another, from sums of 1, 2, 4, ... of them."""
    count = images.shape[1] - size + 1
    total, begin, power = None, 0, 1
    while True:
        if size & power:
            part = images[:, begin : begin + count]
            total = part.copy("K") if total is None else np.add(total, part, out=total)
            begin += power
        if 2 * power > size:
            assert total is not None
            return total
        images = images[:, :-power] + images[:, power:]
        power *= 2


def equalised(images: Images, reach: int = 7, noise: float = 2.0) -> Images:
    """Return images whose contrast is the same everywhere, in the light and in the dark.

    From each pixel the mean of its surroundings is taken, and it is divided by their standard deviation, to which that
    of the ``noise`` (in grey levels) is added, so that what is nothing but noise stays small.
    """
    distance = images - box_mean(images, reach)
    variance = np.maximum(box_mean(distance * distance, reach), 0)
    deviation: Images = np.sqrt(variance + np.float32(noise * noise), dtype=np.float32)
    return distance / deviation


def gradients(images: Images) -> tuple[Images, Images]:
    """Return the slopes to the right and downwards (central differences)."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    right = (padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]) * np.float32(0.5)
    down = (padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]) * np.float32(0.5)
    return right, down


def displaced(images: Images, right: Images, down: Images) -> Images:
    """Return at each pixel what the image has ``right`` and ``down`` of it (bilinear; the edges are repeated)."""
    count, height, width = images.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x = np.clip(columns + right, 0, np.float32(width - 1.001))
    y = np.clip(rows + down, 0, np.float32(height - 1.001))
    left, top = x.astype(np.int32), y.astype(np.int32)
    x -= left
    y -= top
    corner = (np.arange(count) * (height * width))[:, None, None] + top * width + left
    pixels = images.reshape(-1)
    above = pixels[corner]
    above += x * (pixels[corner + 1] - above)
    below = pixels[corner + width]
    below += x * (pixels[corner + width + 1] - below)
    between: Images = above + y * (below - above)
    return between
