"""Makes the small pictures and golden bytes of the tests of images and preprocessors.

    pip install pillow==11.3.0 numpy==2.4.6
    python make_image_goldens.py ../resources/io/github/glimpse

image/pictures.zip     per picture: NAME.EXT, NAME.rgb.ppm (what PIL gives after ImageOps.exif_transpose and
                       convert("RGB")) and, where the picture has transparency, NAME.white.ppm (the same, pasted on white
                       by its alpha channel)
image/resize.zip       NAME.in.ppm, NAME.out.ppm
model/native-pictures.zip, model/clip/preprocessor.zip
                       NAME.in.ppm, the resized picture, and the values as little-endian floats
Kinds that Pillow cannot write are put together here byte by byte.
"""

import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

assert Image.__version__ == "11.3.0", "the goldens are those of Pillow 11.3.0"


def picture(width, height, channels, seed=7, noise=24):
    """Smooth colours, hard edges and noise, so that a wrong filter, order or offset shows. uint8 [h, w, c]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = [
        255 * x / max(1, width - 1),
        255 * y / max(1, height - 1),
        127 + 127 * np.sin(x / 3.0 + y / 5.0),
        255 * ((x // 4 + y // 4) % 2),
    ]
    image = np.stack(planes[:channels], axis=2) + random.normal(0, noise, (height, width, channels))
    image[height // 3 : height // 2 + 1, width // 4 : width // 2 + 1] = [230, 20, 60, 128][:channels]
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


# ---------------------------------------------------------------- PNG, every colour type, depth and interlace

# File to the samples that are in it
FULL_DEPTH = {}

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def scanlines(samples, depth):
    """Packed rows with filter types 0 to 4 in turn."""
    height, width, channels = samples.shape
    rows, previous = [], None
    step = max(1, channels * depth // 8)
    for index in range(height):
        flat = samples[index].reshape(-1)
        if depth == 16:
            row = flat.astype(">u2").tobytes()
        elif depth == 8:
            row = flat.astype(np.uint8).tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in flat)
            bits += "0" * (-len(bits) % 8)
            row = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        above = previous if previous is not None else bytes(len(row))
        kind = index % 5
        out = bytearray()
        for i, value in enumerate(row):
            a = row[i - step] if i >= step else 0
            b = above[i]
            c = above[i - step] if i >= step else 0
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            out.append((value - [0, a, b, (a + b) // 2, near][kind]) & 255)
        rows.append(bytes([kind]) + bytes(out))
        previous = row
    return b"".join(rows)


def png(samples, colour_type, depth, before=b"", interlaced=False, after=b""):
    height, width, _ = samples.shape
    if interlaced:
        raw = b"".join(
            scanlines(part, depth)
            for x, y, dx, dy in ADAM7
            for part in [samples[y::dy, x::dx]]
            if part.shape[0] and part.shape[1]
        )
    else:
        raw = scanlines(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    packed = zlib.compress(raw, 9)
    half = len(packed) // 2
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before
        + chunk(b"IDAT", packed[:half])
        + chunk(b"IDAT", packed[half:])
        + after
        + chunk(b"IEND", b"")
    )
    FULL_DEPTH[data] = samples
    return data


def exif(orientation, big_endian=False):
    mark, order = (b"MM\x00*", ">") if big_endian else (b"II*\x00", "<")
    entry = struct.pack(order + "HHIH2x", 0x0112, 3, 1, orientation)
    return mark + struct.pack(order + "IH", 8, 1) + entry + struct.pack(order + "I", 0)


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/></rdf:RDF></x:xmpmeta>'
)


def png_pictures():
    width, height = 11, 9
    wide = picture(width, height, 4).astype(np.uint32) * 257 - picture(width, height, 4, seed=8, noise=60) // 3
    wide = np.clip(wide, 0, 65535)
    for depth in (1, 2, 4, 8, 16):
        grey = wide[:, :, 2:3] >> (16 - depth)
        yield f"png-grey-{depth}", png(grey, 0, depth)
        if depth in (1, 4, 16):
            yield f"png-grey-{depth}-interlaced", png(grey, 0, depth, interlaced=True)
        key = int(grey[height // 3, width // 4, 0])
        yield f"png-grey-{depth}-key", png(grey, 0, depth, chunk(b"tRNS", struct.pack(">H", key)))
    for depth in (8, 16):
        rgb = wide[:, :, :3] >> (16 - depth)
        yield f"png-rgb-{depth}", png(rgb, 2, depth)
        yield f"png-rgb-{depth}-interlaced", png(rgb, 2, depth, interlaced=True)
        key = [int(v) for v in rgb[height // 3, width // 4]]
        yield f"png-rgb-{depth}-key", png(rgb, 2, depth, chunk(b"tRNS", struct.pack(">HHH", *key)))
        yield f"png-grey-alpha-{depth}", png((wide >> (16 - depth))[:, :, 2:4], 4, depth)
        yield f"png-rgba-{depth}", png(wide >> (16 - depth), 6, depth)
    yield "png-rgba-8-interlaced", png(wide >> 8, 6, 8, interlaced=True)
    colours = np.random.default_rng(3).integers(0, 256, (256, 3)).astype(np.uint8)
    for depth in (1, 2, 4, 8):
        index = wide[:, :, 1:2] >> (16 - depth)
        palette = chunk(b"PLTE", colours[: 1 << depth].tobytes())
        alphas = bytes((37 * i) % 256 for i in range((1 << depth) // 2))
        yield f"png-palette-{depth}", png(index, 3, depth, palette)
        yield f"png-palette-{depth}-alpha", png(index, 3, depth, palette + chunk(b"tRNS", alphas))
    yield "png-palette-4-interlaced", png(wide[:, :, 1:2] >> 12, 3, 4, chunk(b"PLTE", colours[:16].tobytes()), True)
    yield "png-palette-short", png(wide[:, :, 1:2] >> 8, 3, 8, chunk(b"PLTE", colours[:200].tobytes()))
    small = (wide[:, :, :3] >> 8)[:5, :7]
    extra = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"sBIT", b"\x05\x06\x05") + chunk(b"bKGD", bytes(6))
    extra += chunk(b"tEXt", b"Comment\x00hello") + chunk(b"pHYs", struct.pack(">IIB", 1, 2, 0))
    yield "png-ancillary", png(small, 2, 8, extra)
    yield "png-exif-6", png(small, 2, 8, chunk(b"eXIf", exif(6, big_endian=True)))
    yield "png-exif-3-after", png(small, 2, 8, after=chunk(b"eXIf", exif(3)))
    text = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + (XMP % 8).encode()
    yield "png-xmp-8", png(small, 2, 8, chunk(b"iTXt", text))
    yield "png-1x1", png(small[:1, :1], 2, 8)
    yield "png-1x9-interlaced", png((wide[:9, :1, :3] >> 8), 2, 8, interlaced=True)


# ---------------------------------------------------------------- JPEG

def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def segment(marker, data):
    return struct.pack(">BBH", 255, marker, len(data) + 2) + data


def after_soi(jpeg, *segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def jpeg_pictures():
    rgb = Image.fromarray(picture(25, 18, 3, noise=4))
    yield "jpeg-444", saved(rgb, "JPEG", quality=90, subsampling=0)
    yield "jpeg-422", saved(rgb, "JPEG", quality=85, subsampling=1)
    yield "jpeg-420", saved(rgb, "JPEG", quality=80, subsampling=2)
    yield "jpeg-420-restart", saved(rgb, "JPEG", quality=80, subsampling=2, restart_marker_rows=1)
    yield "jpeg-progressive", saved(rgb, "JPEG", quality=75, progressive=True, subsampling=2)
    yield "jpeg-rgb", saved(rgb, "JPEG", quality=85, keep_rgb=True)
    yield "jpeg-grey", saved(rgb.convert("L"), "JPEG", quality=85)
    yield "jpeg-grey-progressive", saved(rgb.convert("L"), "JPEG", quality=85, progressive=True)
    cmyk = Image.fromarray(picture(25, 18, 4, noise=4), mode="CMYK")
    inks = saved(cmyk, "JPEG", quality=85)
    yield "jpeg-cmyk", inks
    yield "jpeg-ycck", adobe_transform(inks, 2)
    yield "jpeg-cmyk-no-adobe", without_app14(inks)
    small = Image.fromarray(picture(9, 6, 3, noise=0))
    plain = saved(small, "JPEG", quality=95, subsampling=0)
    for turn in range(1, 9):
        yield f"jpeg-exif-{turn}", after_soi(plain, segment(0xE1, b"Exif\x00\x00" + exif(turn, turn % 2 == 0)))
    yield "jpeg-exif-9", after_soi(plain, segment(0xE1, b"Exif\x00\x00" + exif(9)))
    yield "jpeg-xmp-6", after_soi(plain, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + (XMP % 6).encode()))
    yield "jpeg-icc", saved(small, "JPEG", quality=95, icc_profile=swapped_profile())
    yield "jpeg-cmyk-icc", saved(cmyk.crop((0, 0, 9, 6)), "JPEG", quality=95, icc_profile=swapped_profile())
    yield "jpeg-1x1", saved(small.crop((0, 0, 1, 1)), "JPEG", quality=95)
    yield "jpeg-17x1-420", saved(rgb.crop((0, 0, 17, 1)), "JPEG", quality=90, subsampling=2)
    yield "jpeg-trailing", plain + b"something else follows"
    for name, factors in {"440": [(1, 2), (1, 1), (1, 1)], "411": [(4, 1), (1, 1), (1, 1)]}.items():
        yield f"jpeg-{name}", encode_jpeg(picture(35, 18, 3, noise=1), factors)
    yield "jpeg-odd-factors", encode_jpeg(picture(35, 18, 3, noise=1), [(2, 2), (2, 1), (1, 2)])
    yield "jpeg-410", encode_jpeg(picture(35, 18, 3, noise=1), [(4, 2), (1, 1), (1, 1)])


def swapped_profile():
    """An sRGB profile whose red and green are exchanged: a reader that applies profiles gives other colours."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:84] + bytes(16) + profile[100:]  # no date, no check sum
    return profile.replace(b"rXYZ", b"tmp0").replace(b"gXYZ", b"rXYZ").replace(b"tmp0", b"gXYZ")


def adobe_transform(jpeg, transform):
    at = jpeg.index(b"Adobe")
    return jpeg[: at + 11] + bytes([transform]) + jpeg[at + 12 :]


def without_app14(jpeg):
    at = jpeg.index(b"\xff\xee")
    (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
    return jpeg[:at] + jpeg[at + 2 + length :]


def encode_jpeg(rgb, factors, quantiser=6):
    """Baseline JPEG with any sampling factors; Pillow writes only 4:4:4, 4:2:2 and 4:2:0."""
    height, width, _ = rgb.shape
    planes = np.asarray(Image.fromarray(rgb).convert("YCbCr")).astype(float)
    most_h, most_v = max(h for h, _ in factors), max(v for _, v in factors)
    columns, rows = -(-width // (8 * most_h)), -(-height // (8 * most_v))
    full = np.pad(planes, ((0, rows * 8 * most_v - height), (0, columns * 8 * most_h - width), (0, 0)), mode="edge")
    parts = []
    for c, (h, v) in enumerate(factors):
        dy, dx = most_v // v, most_h // h
        plane = full[:, :, c]
        parts.append(plane.reshape(plane.shape[0] // dy, dy, plane.shape[1] // dx, dx).mean(axis=(1, 3)) - 128)
    k = np.arange(8)
    basis = np.cos((2 * k[None, :] + 1) * k[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    donor = saved(Image.new("RGB", (8, 8)), "JPEG", subsampling=0, optimize=False)
    tables, huffman = [], {}
    at = 2
    while donor[at + 1] != 0xDA:
        marker, (length,) = donor[at + 1], struct.unpack(">H", donor[at + 2 : at + 4])
        data = donor[at + 4 : at + 2 + length]
        if marker == 0xC4:
            tables.append(segment(0xC4, data))
            while data:
                counts, symbols, code = data[1:17], data[17 : 17 + sum(data[1:17])], 0
                table, position = {}, 0
                for bits, count in enumerate(counts, 1):
                    for _ in range(count):
                        table[symbols[position]] = format(code, f"0{bits}b")
                        code, position = code + 1, position + 1
                    code <<= 1
                huffman[data[0]] = table
                data = data[17 + len(symbols) :]
        at += 2 + length

    def magnitude(value):
        size = int(abs(value)).bit_length()
        return size, format(value if value > 0 else value + (1 << size) - 1, f"0{size}b") if size else ""

    zigzag = sorted(((y, x) for y in range(8) for x in range(8)),
                    key=lambda p: (sum(p), p[0] if sum(p) % 2 else p[1]))
    bits, last = [], [0] * len(factors)
    for my in range(rows):
        for mx in range(columns):
            for c, (h, v) in enumerate(factors):
                dc, ac = (huffman[0x00], huffman[0x10]) if c == 0 else (huffman[0x01], huffman[0x11])
                for by in range(v):
                    for bx in range(h):
                        y, x = (my * v + by) * 8, (mx * h + bx) * 8
                        coefficients = np.rint(basis @ parts[c][y : y + 8, x : x + 8] @ basis.T / quantiser).astype(int)
                        order = [int(coefficients[p]) for p in zigzag]
                        size, extra = magnitude(order[0] - last[c])
                        last[c] = order[0]
                        bits += [dc[size], extra]
                        run = 0
                        for value in order[1:]:
                            if value == 0:
                                run += 1
                                continue
                            while run > 15:
                                bits.append(ac[0xF0])
                                run -= 16
                            size, extra = magnitude(value)
                            bits += [ac[run << 4 | size], extra]
                            run = 0
                        if run:
                            bits.append(ac[0])
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    body = bytes(int(stream[i : i + 8], 2) for i in range(0, len(stream), 8)).replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, height, width, len(factors))
    frame += b"".join(bytes([c + 1, h << 4 | v, 0]) for c, (h, v) in enumerate(factors))
    scan = bytes([len(factors)]) + b"".join(bytes([c + 1, 0 if c == 0 else 0x11]) for c in range(len(factors)))
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + segment(0xDB, b"\x00" + bytes([quantiser] * 64))
        + segment(0xC0, frame)
        + b"".join(tables)
        + segment(0xDA, scan + b"\x00\x3f\x00")
        + body
        + b"\xff\xd9"
    )


# ---------------------------------------------------------------- GIF

def gif_file(size, palette, frames, background=0):
    """Palette and frames given; each frame: x, y, indices [h, w], local palette or None, transparent or None, interlaced."""
    flags = 0
    table = b""
    if palette is not None:
        flags = 0x80 | (int(np.log2(len(palette))) - 1)
        table = palette.astype(np.uint8).tobytes()
    out = b"GIF89a" + struct.pack("<HHBBB", size[0], size[1], flags, background, 0) + table
    for x, y, indices, local, transparent, interlaced in frames:
        if transparent is not None:
            out += b"!\xf9\x04" + struct.pack("<BHBB", 1, 5, transparent, 0)
        height, width = indices.shape
        bits = 0x40 if interlaced else 0
        table = b""
        if local is not None:
            bits |= 0x80 | (int(np.log2(len(local))) - 1)
            table = local.astype(np.uint8).tobytes()
        rows = list(range(height))
        if interlaced:
            rows = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]
        out += b"," + struct.pack("<HHHHB", x, y, width, height, bits) + table + lzw(indices[rows].reshape(-1))
    return out + b";"


def lzw(indices, minimum=8):
    """Codes of one size: a clear code after every 100 indices keeps the table small."""
    clear, bits = 1 << minimum, ""
    codes = []
    for start in range(0, len(indices), 100):
        codes += [clear, *indices[start : start + 100]]
    codes.append(clear + 1)
    for code in codes:
        bits = format(int(code), f"0{minimum + 1}b") + bits
    data = int(bits, 2).to_bytes(-(-len(bits) // 8), "little")
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    return bytes([minimum]) + blocks + b"\x00"


def gif_pictures():
    colours = np.random.default_rng(5).integers(0, 256, (256, 3))
    grey = np.repeat(np.arange(256)[:, None], 3, axis=1)
    index = picture(12, 10, 3)[:, :, 2]
    yield "gif-plain", gif_file((12, 10), colours, [(0, 0, index, None, None, False)])
    yield "gif-interlaced", gif_file((12, 10), colours, [(0, 0, index, None, None, True)])
    yield "gif-grey", gif_file((12, 10), grey, [(0, 0, index, None, None, False)])
    seen = int(index[5, 5])
    yield "gif-transparent", gif_file((12, 10), colours, [(0, 0, index, None, seen, False)])
    yield "gif-grey-transparent", gif_file((12, 10), grey, [(0, 0, index, None, seen, False)])
    yield "gif-local", gif_file((12, 10), grey, [(0, 0, index, colours, None, False)])
    yield "gif-no-palette", gif_file((12, 10), None, [(0, 0, index, None, None, False)])
    yield "gif-offset", gif_file((16, 16), colours, [(3, 5, index, None, None, False)], background=9)
    yield "gif-offset-transparent", gif_file((16, 16), colours, [(3, 5, index, None, 11, False)], background=9)
    yield "gif-larger-frame", gif_file((7, 8), colours, [(1, 2, index, None, None, False)])
    yield "gif-short-palette", gif_file((12, 10), colours[:4], [(0, 0, index % 6, None, None, False)])
    yield "gif-short-palette-2", gif_file((12, 10), colours[:2], [(0, 0, index % 2, None, None, False)])
    yield "gif-two-frames", gif_file(
        (12, 10), colours, [(0, 0, index, None, None, False), (2, 2, index[:5, :5] // 2, None, 3, False)]
    )
    yield "gif-pillow", saved(Image.fromarray(picture(20, 15, 3)).quantize(32), "GIF")


# ---------------------------------------------------------------- BMP

def bmp(width, height, bits, rows, compression=0, palette=b"", masks=b"", header=40, colours=0):
    """rows: the bytes after the palette. A header of 12 is the OS/2 form; above 40 the masks are inside it."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(rows), 0, 0, colours, 0)
        info += masks
        info += bytes(max(0, header - len(info)))
    offset = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + palette + rows


def padded(rows):
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def packed_bits(indices, bits):
    out = []
    for row in indices:
        text = "".join(format(int(v), f"0{bits}b") for v in row)
        text += "0" * (-len(text) % 8)
        out.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return out


def bmp_pictures():
    width, height = 9, 5
    rgba = picture(width, height, 4)
    up = rgba[::-1]
    colours = np.random.default_rng(9).integers(0, 256, (256, 4)).astype(np.uint8)
    for bits in (1, 4, 8):
        index = up[:, :, 1] >> (8 - bits)
        yield f"bmp-{bits}", bmp(width, height, bits, padded(packed_bits(index, bits)), palette=colours[: 1 << bits].tobytes())
    few = up[:, :, 1] % 20
    yield "bmp-8-few-colours", bmp(
        width, height, 8, padded(packed_bits(few, 8)), palette=colours[:20].tobytes(), colours=20
    )
    yield "bmp-8-os2", bmp(
        width, height, 8, padded(packed_bits(up[:, :, 1], 8)), palette=colours[:, :3].tobytes(), header=12
    )
    grey = np.repeat(np.arange(256)[:, None], 4, axis=1).astype(np.uint8)
    yield "bmp-8-grey", bmp(width, height, 8, padded(packed_bits(up[:, :, 1], 8)), palette=grey.tobytes())
    rows24 = padded([row[:, [2, 1, 0]].tobytes() for row in up])
    yield "bmp-24", bmp(width, height, 24, rows24)
    yield "bmp-24-os2", bmp(width, height, 24, rows24, header=12)
    yield "bmp-24-v5", bmp(width, height, 24, rows24, header=124)
    yield "bmp-24-top-down", bmp(width, -height, 24, padded([row[:, [2, 1, 0]].tobytes() for row in rgba]))
    rows32 = b"".join(row[:, [2, 1, 0, 3]].tobytes() for row in up)
    yield "bmp-32", bmp(width, height, 32, rows32)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    yield "bmp-32-alpha-v4", bmp(width, height, 32, rows32, compression=3, masks=masks, header=108)
    yield "bmp-32-alpha-v3", bmp(width, height, 32, rows32, compression=3, masks=masks, header=56)
    yield "bmp-32-fields", bmp(width, height, 32, rows32, compression=3, masks=masks[:12])
    fives = (up[:, :, 0].astype(int) >> 3) << 10 | (up[:, :, 1].astype(int) >> 3) << 5 | up[:, :, 2].astype(int) >> 3
    yield "bmp-16", bmp(width, height, 16, padded([row.astype("<u2").tobytes() for row in fives]))
    sixes = (up[:, :, 0].astype(int) >> 3) << 11 | (up[:, :, 1].astype(int) >> 2) << 5 | up[:, :, 2].astype(int) >> 3
    yield "bmp-16-565", bmp(
        width, height, 16, padded([row.astype("<u2").tobytes() for row in sixes]), compression=3,
        masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F),
    )
    runs = b""
    for row in up[:, :, 1] // 32:
        runs += b"".join(bytes([1, int(v)]) for v in row[:4]) + bytes([0, width - 4]) + row[4:].tobytes()
        runs += bytes((width - 4) % 2) + b"\x00\x00"
    yield "bmp-rle8", bmp(width, height, 8, runs[:-2] + b"\x00\x01", compression=1, palette=colours.tobytes())
    runs = b"".join(bytes([5, 0x12, 4, 0x34, 0, 0]) for _ in range(height))
    yield "bmp-rle4", bmp(width, height, 4, runs + b"\x00\x01", compression=2, palette=colours[:16].tobytes())


# ---------------------------------------------------------------- WebP

def riff(*chunks):
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_pictures():
    rgba = picture(23, 18, 4, noise=4)
    rgb = Image.fromarray(rgba[:, :, :3].copy())
    with_alpha = Image.fromarray(rgba, mode="RGBA")
    yield "webp-lossless", saved(rgb, "WEBP", lossless=True)
    yield "webp-lossless-alpha", saved(with_alpha, "WEBP", lossless=True, exact=True)
    yield "webp-lossless-palette", saved(rgb.quantize(7).convert("RGB"), "WEBP", lossless=True)
    yield "webp-lossy", saved(rgb, "WEBP", quality=80)
    yield "webp-lossy-low", saved(rgb, "WEBP", quality=10)
    yield "webp-lossy-alpha", saved(with_alpha, "WEBP", quality=80, exact=True)
    yield "webp-lossy-alpha-low", saved(with_alpha, "WEBP", quality=60, alpha_quality=40, exact=True)
    big = Image.fromarray(picture(60, 35, 3, noise=6))
    yield "webp-lossy-big", saved(big, "WEBP", quality=60)
    grey = rgb.convert("L").convert("RGB")
    yield "webp-lossy-grey", saved(grey, "WEBP", quality=70)
    yield "webp-exif-6", saved(rgb.crop((0, 0, 8, 5)), "WEBP", lossless=True, exif=exif(6))
    yield "webp-xmp-3", saved(rgb.crop((0, 0, 8, 5)), "WEBP", lossless=True, xmp=(XMP % 3).encode())
    yield "webp-icc", saved(rgb.crop((0, 0, 8, 5)), "WEBP", lossless=True, icc_profile=swapped_profile())
    frames = [Image.fromarray(picture(16, 12, 3, seed=s)) for s in (1, 2)]
    yield "webp-animated", saved(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:], duration=50)
    still = saved(Image.fromarray(picture(9, 7, 4, noise=8), mode="RGBA"), "WEBP", lossless=True, exact=True)
    frame = struct.pack("<I", 2)[:3] + struct.pack("<I", 1)[:3] + struct.pack("<I", 8)[:3] + struct.pack("<I", 6)[:3]
    frame += struct.pack("<I", 40)[:3]
    canvas = struct.pack("<I", 19)[:3] + struct.pack("<I", 13)[:3]
    for name, flags in {"blend": 0, "replace": 2}.items():
        yield f"webp-animated-offset-{name}", riff(
            (b"VP8X", bytes([0x12, 0, 0, 0]) + canvas),
            (b"ANIM", bytes([10, 20, 30, 255, 0, 0])),
            (b"ANMF", frame + bytes([flags]) + still[12:]),
        )


# ---------------------------------------------------------------- TIFF

def tiff_file(order, width, height, tags, strips, strip_tag=273, count_tag=279):
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    data = b"".join(strips)
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    at += at % 2
    data += bytes(-len(data) % 2)
    tags = {256: (4, [width]), 257: (4, [height]), strip_tag: (4, offsets), count_tag: (4, [len(s) for s in strips]), **tags}
    entries, extra = b"", b""
    extra_at = at + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        kind, values = tags[tag]
        code = {1: "B", 3: "H", 4: "I"}[kind]
        raw = struct.pack(order + code * len(values), *values)
        head = struct.pack(order + "HHI", tag, kind, len(values))
        if len(raw) <= 4:
            entries += head + raw + bytes(4 - len(raw))
        else:
            entries += head + struct.pack(order + "I", extra_at + len(extra))
            extra += raw + bytes(len(raw) % 2)
    return mark + struct.pack(order + "I", at) + data + struct.pack(order + "H", len(tags)) + entries + bytes(4) + extra


def tiff_pictures():
    rgba = picture(21, 9, 4, noise=8)
    rgb = Image.fromarray(rgba[:, :, :3].copy())
    for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield f"tiff-rgb-{name.replace('tiff_', '').replace('_', '-')}", saved(rgb, "TIFF", compression=name)
    jpeg = saved(Image.fromarray(picture(25, 18, 3, noise=4)), "TIFF", compression="jpeg", quality=85)
    yield "tiff-rgb-jpeg", jpeg
    yield "tiff-grey-jpeg", saved(rgb.convert("L"), "TIFF", compression="jpeg", quality=85)
    yield "tiff-grey", saved(rgb.convert("L"), "TIFF")
    yield "tiff-rgba", saved(Image.fromarray(rgba, mode="RGBA"), "TIFF")
    yield "tiff-rgba-lzw", saved(Image.fromarray(rgba, mode="RGBA"), "TIFF", compression="tiff_lzw")
    yield "tiff-bilevel", saved(rgb.convert("1"), "TIFF")
    yield "tiff-bilevel-group4", saved(rgb.convert("1"), "TIFF", compression="group4")
    yield "tiff-bilevel-group3", saved(rgb.convert("1"), "TIFF", compression="group3")
    yield "tiff-bilevel-ccitt", saved(rgb.convert("1"), "TIFF", compression="tiff_ccitt")
    yield "tiff-palette", saved(rgb.quantize(50), "TIFF")
    yield "tiff-palette-lzw", saved(rgb.quantize(50), "TIFF", compression="tiff_lzw")
    yield "tiff-cmyk", saved(Image.fromarray(rgba, mode="CMYK"), "TIFF")
    yield "tiff-cmyk-lzw", saved(Image.fromarray(rgba, mode="CMYK"), "TIFF", compression="tiff_lzw")
    wide = (rgba[:, :, 2].astype(np.uint16) * 257) - 3
    yield "tiff-grey-16", saved(Image.fromarray(wide), "TIFF")
    yield "tiff-grey-16-lzw", saved(Image.fromarray(wide), "TIFF", compression="tiff_lzw")
    for turn in (2, 3, 4, 5, 6, 7, 8):
        yield f"tiff-turn-{turn}", saved(rgb.crop((0, 0, 7, 5)), "TIFF", tiffinfo={274: turn}, compression="tiff_lzw")
    predicted = saved(rgb, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    yield "tiff-rgb-lzw-predicted", predicted
    planes = {258: (3, [8, 8, 8]), 262: (3, [2]), 277: (3, [3]), 278: (3, [9])}
    raw = rgba[:, :, :3].tobytes()
    yield "tiff-big-endian", tiff_file(">", 21, 9, planes, [raw])
    yield "tiff-strips", tiff_file("<", 21, 9, {**planes, 278: (3, [4])}, [raw[i : i + 252] for i in range(0, 567, 252)])
    yield "tiff-planar", tiff_file("<", 21, 9, {**planes, 284: (3, [2])}, [rgba[:, :, c].tobytes() for c in range(3)])
    wide_rgb = rgba[:, :, :3].astype(np.uint16) * 257 - 5
    for order in "<>":
        yield f"tiff-rgb-16-{'little' if order == '<' else 'big'}", tiff_file(
            order, 21, 9, {**planes, 258: (3, [16, 16, 16])}, [wide_rgb.astype(order + "u2").tobytes()]
        )
    grey = {258: (3, [8]), 262: (3, [0]), 277: (3, [1]), 278: (3, [9])}
    yield "tiff-white-is-zero", tiff_file("<", 21, 9, grey, [rgba[:, :, 2].tobytes()])
    for bits in (1, 2, 4):
        rows = b"".join(packed_bits(rgba[:, :, 2] >> (8 - bits), bits))
        yield f"tiff-grey-{bits}", tiff_file("<", 21, 9, {**grey, 258: (3, [bits]), 262: (3, [1])}, [rows])
        yield f"tiff-grey-{bits}-inverse", tiff_file("<", 21, 9, {**grey, 258: (3, [bits])}, [rows])
    for bits in (1, 4):
        rows = b"".join(packed_bits(rgba[:, :, 2] >> (8 - bits), bits))
        colours = [int(v) for v in np.random.default_rng(4).integers(0, 65536, 3 << bits)]
        tags = {**grey, 258: (3, [bits]), 262: (3, [3]), 320: (3, colours)}
        yield f"tiff-palette-{bits}", tiff_file("<", 21, 9, tags, [rows])
    tiles = []
    for y in (0,):
        for x in (0, 16):
            tile = np.zeros((16, 16, 3), np.uint8)
            part = rgba[y : y + 16, x : x + 16, :3]
            tile[: part.shape[0], : part.shape[1]] = part
            tiles.append(tile.tobytes())
    tiled = {258: (3, [8, 8, 8]), 262: (3, [2]), 277: (3, [3]), 322: (3, [16]), 323: (3, [16])}
    yield "tiff-tiled", tiff_file("<", 21, 9, tiled, tiles, 324, 325)
    for kind in (0, 1, 2):
        tags = {**planes, 258: (3, [8] * 4), 277: (3, [4]), 338: (3, [kind])}
        yield f"tiff-extra-{kind}", tiff_file("<", 21, 9, tags, [rgba.tobytes()])
    tags = {**grey, 258: (3, [8, 8]), 262: (3, [1]), 277: (3, [2]), 338: (3, [2])}
    yield "tiff-grey-alpha", tiff_file("<", 21, 9, tags, [rgba[:, :, 2:4].tobytes()])


# ---------------------------------------------------------------- made elsewhere

GIVEN = Path(__file__).parent / "given"


def given_pictures():
    """Files that no encoder at hand writes; given/README.md says how they came about."""
    for path in sorted(GIVEN.glob("*.webp")):
        yield path.stem, path.read_bytes()


# ---------------------------------------------------------------- resize

def resize_cases():
    sizes = [
        ((17, 13), (34, 26)), ((17, 13), (12, 9)), ((17, 13), (13, 13)), ((17, 13), (17, 11)), ((17, 13), (30, 7)),
        ((17, 13), (7, 30)), ((1, 29), (14, 28)), ((37, 1), (28, 14)), ((1, 1), (9, 5)), ((17, 13), (1, 1)),
        ((17, 13), (1, 30)), ((3, 100), (28, 14)), ((100, 3), (14, 28)), ((2, 2), (3, 3)), ((24, 18), (23, 19)),
        ((5, 4), (42, 28)), ((60, 45), (14, 14)), ((41, 23), (23, 41)), ((400, 1), (28, 7)), ((1, 400), (7, 28)),
    ]
    for number, (source, target) in enumerate(sizes):
        image = picture(*source, 3, seed=20 + number, noise=60)
        result = Image.fromarray(image).resize(target, Image.Resampling.BICUBIC)
        name = f"{number:02d}-{source[0]}x{source[1]}-to-{target[0]}x{target[1]}"
        yield f"{name}.in.ppm", ppm(image)
        yield f"{name}.out.ppm", ppm(np.asarray(result))


# ---------------------------------------------------------------- preprocessors, small sizes

MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


def normalised(rgb, mean=MEAN, std=STD):
    """As the image processors: rescaled in double and cut to float, the rest in float. [h, w, 3]"""
    rescaled = (rgb.astype(np.float64) * 0.00392156862745098).astype(np.float32)
    return (rescaled - np.array(mean, np.float32)) / np.array(std, np.float32)


def qwen_cases():
    """Patch 4, two frames, merge 2, 128 to 512 pixels; sizes that need each branch of the resize rule."""
    patch, frames, merge = 4, 2, 2
    for width, height in [(20, 12), (28, 20), (61, 47), (7, 5), (40, 3), (16, 24)]:
        image = picture(width, height, 3, seed=width * 100 + height)
        new_width, new_height = qwen_size(width, height, patch * merge, 128, 512)
        resized = np.asarray(Image.fromarray(image).resize((new_width, new_height), Image.Resampling.BICUBIC))
        rows, columns = new_height // patch, new_width // patch
        values = np.stack([normalised(resized)] * frames).transpose(3, 0, 1, 2)  # channel, time, y, x
        values = values.reshape(3, frames, rows // merge, merge, patch, columns // merge, merge, patch)
        values = values.transpose(2, 5, 3, 6, 0, 1, 4, 7)  # token row, column, patch row, column, channel, time, y, x
        name = f"{width}x{height}"
        yield f"{name}.in.ppm", ppm(image)
        yield f"{name}.resized.ppm", ppm(resized)
        yield f"{name}.f32", np.ascontiguousarray(values).astype("<f4").tobytes()


def qwen_size(width, height, factor, least, most):
    sides = [round(side / factor) * factor for side in (width, height)]  # 0 is below any budget
    if sides[0] * sides[1] > most:
        shrink = (width * height / most) ** 0.5
        sides = [max(factor, int(side / shrink / factor) * factor) for side in (width, height)]
    elif sides[0] * sides[1] < least:
        enlarge = (least / (width * height)) ** 0.5
        sides = [-int(-side * enlarge // factor) * factor for side in (width, height)]
    return sides


def llava_cases():
    """Short side 14, crop 12, patch 4: odd offsets, and long sides that are rounded down."""
    size, crop, patch = 14, 12, 4
    for width, height in [(20, 15), (15, 20), (16, 13), (31, 9), (14, 14), (5, 8)]:
        image = picture(width, height, 3, seed=width * 100 + height)
        name = f"{width}x{height}"
        yield f"{name}.in.ppm", ppm(image)
        for aspect in ("pad", "crop"):
            source = Image.fromarray(image)
            if aspect == "pad":
                side = max(width, height)
                square = Image.new("RGB", (side, side), tuple(int(m * 255) for m in MEAN))
                square.paste(source, ((side - width) // 2, (side - height) // 2))
                source = square
            short, long = sorted(source.size)
            longer = int(size * long / short)
            target = (size, longer) if source.width <= source.height else (longer, size)
            resized = source.resize(target, Image.Resampling.BICUBIC)
            left, top = (resized.width - crop) // 2, (resized.height - crop) // 2
            cropped = np.asarray(resized)[top : top + crop, left : left + crop]
            values = normalised(cropped).reshape(crop // patch, patch, crop // patch, patch, 3).transpose(0, 2, 4, 1, 3)
            yield f"{name}.{aspect}.ppm", ppm(cropped)
            yield f"{name}.{aspect}.f32", np.ascontiguousarray(values).astype("<f4").tobytes()


# ---------------------------------------------------------------- goldens

def ppm(array):
    height, width, _ = array.shape
    return b"P6\n%d %d\n255\n" % (width, height) + array.tobytes()


def write_zip(path, files):
    """The same bytes on every run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def opened(data):
    """Upright. Grey of 16 bits is cut to its high byte: Pillow's own conversion to RGB makes all above 255 white."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image


def rgb_of(data):
    return np.asarray(opened(data).convert("RGB"))


def white_of(data):
    if data[:4] == b"\x89PNG" and data[25] in (0, 2) and b"tRNS" in data:
        return keyed_on_white(data)
    image = opened(data)
    if not image.has_transparency_data:
        return None
    image = image.convert("RGBA")
    result = Image.new("RGB", image.size, (255, 255, 255))
    result.paste(image, mask=image.getchannel("A"))
    return np.asarray(result)


def keyed_on_white(data):
    """A PNG with one clear colour: compared at full depth. Pillow compares the scaled sample with the unscaled colour."""
    at = data.index(b"tRNS") + 4
    (length,) = struct.unpack(">I", data[at - 8 : at - 4])
    key = struct.unpack(f">{length // 2}H", data[at : at + length])
    full = FULL_DEPTH[data]
    result = rgb_of(data).copy()
    result[(full == np.array(key)).all(axis=2)] = 255
    return result


def picture_files():
    makers = [png_pictures, jpeg_pictures, gif_pictures, bmp_pictures, webp_pictures, tiff_pictures, given_pictures]
    for maker in makers:
        for name, data in maker():
            yield f"{name}.{name.split('-')[0]}", data
            yield f"{name}.rgb.ppm", ppm(rgb_of(data))
            white = white_of(data)
            if white is not None:
                yield f"{name}.white.ppm", ppm(white)


if __name__ == "__main__":
    root = Path(sys.argv[1])
    write_zip(root / "image/pictures.zip", picture_files())
    write_zip(root / "image/resize.zip", resize_cases())
    write_zip(root / "model/native-pictures.zip", qwen_cases())
    write_zip(root / "model/clip/preprocessor.zip", llava_cases())
