"""From an image file to pixel values. Pillow 11.3.0 resamples; resample() is the rule it follows, kept as a check."""

import math

import numpy
from PIL import Image

PATCH, SIDE = 14, 28  # a patch, and a token of two by two patches


def decode(file):
    with Image.open(file) as image:
        return image.convert("RGB")  # alpha is dropped, the colour under it stays


def resize(image, width, height):
    return image.resize((width, height), Image.BICUBIC)


def normalise(rgb, config):
    values = rgb.astype(numpy.float64) / 255 - numpy.array(config["image_mean"])
    return (values / numpy.array(config["image_std"])).astype(numpy.float32)


def qwen_limits(config):
    size = config.get("size") or {}
    lowest = config.get("min_pixels", size.get("shortest_edge"))
    highest = config.get("max_pixels", size.get("longest_edge"))
    return lowest, highest


def qwen_size(height, width, lowest, highest):
    """Height and width after the resize; round() is half to even."""
    if max(height, width) / min(height, width) > 200:
        raise ValueError("aspect ratio above 200")
    rounded = [max(SIDE, round(side / SIDE) * SIDE) for side in (height, width)]
    if rounded[0] * rounded[1] > highest:
        beta = math.sqrt(height * width / highest)
        rounded = [max(SIDE, math.floor(side / beta / SIDE) * SIDE) for side in (height, width)]
    elif rounded[0] * rounded[1] < lowest:
        beta = math.sqrt(lowest / (height * width))
        rounded = [math.ceil(side * beta / SIDE) * SIDE for side in (height, width)]
    return rounded


def qwen(image, config):
    """pixel values [patches, 1176], grid in patches [1, h, w], resized RGB [height, width, 3]."""
    height, width = qwen_size(image.height, image.width, *qwen_limits(config))
    rgb = numpy.asarray(resize(image, width, height))
    rows, columns = height // PATCH, width // PATCH
    tiles = normalise(rgb, config).transpose(2, 0, 1)
    tiles = tiles.reshape(3, rows // 2, 2, PATCH, columns // 2, 2, PATCH)
    tiles = tiles.transpose(1, 4, 2, 5, 0, 3, 6)  # token row, token column, row in it, column in it, channel, y, x
    tiles = tiles.reshape(rows * columns, 3, 1, PATCH * PATCH).repeat(2, axis=2)  # the still image twice in time
    return tiles.reshape(rows * columns, -1), [1, rows, columns], rgb


def llava(image, config, aspect):
    """pixel values [3, side, side] and resized RGB [side, side, 3]."""
    side = config["size"]["shortest_edge"]
    if aspect == "pad":
        longest = max(image.size)
        square = Image.new("RGB", (longest, longest), tuple(int(mean * 255) for mean in config["image_mean"]))
        square.paste(image, ((longest - image.width) // 2, (longest - image.height) // 2))
        image = square
    short, long = min(image.size), max(image.size)
    other = int(side * long / short)
    width, height = (side, other) if image.width <= image.height else (other, side)
    rgb = numpy.asarray(resize(image, width, height))
    top, left = (height - side) // 2, (width - side) // 2
    rgb = rgb[top:top + side, left:left + side]
    return normalise(rgb, config).transpose(2, 0, 1).copy(), rgb.copy()


def resample(rgb, width, height):
    """Bicubic resampling of uint8 [h, w, 3], horizontal pass first, in the integer arithmetic of Pillow 11.3."""
    rgb = _pass(rgb.transpose(1, 0, 2), width).transpose(1, 0, 2)
    return _pass(rgb, height)


def _pass(rgb, size):
    count = rgb.shape[0]
    if count == size:
        return rgb
    scale = count / size
    stretch = max(1.0, scale)
    result = numpy.empty((size,) + rgb.shape[1:], numpy.uint8)
    for i in range(size):
        centre = (i + 0.5) * scale
        low = max(0, int(centre - 2 * stretch + 0.5))
        high = min(count, int(centre + 2 * stretch + 0.5))
        weights = [_cubic((j + 0.5 - centre) / stretch) for j in range(low, high)]
        total = sum(weights)
        weights = [math.floor(abs(w / total) * 2 ** 22 + 0.5) * (1 if w >= 0 else -1) for w in weights]
        total = numpy.tensordot(numpy.array(weights), rgb[low:high].astype(numpy.int64), 1)
        result[i] = numpy.clip((total + 2 ** 21) >> 22, 0, 255)
    return result


def _cubic(x, a=-0.5):
    x = abs(x)
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0
