package io.github.glimpse.image;

import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The first page of a TIFF file: 1 to 16 bits, grey, palette, RGB and CMYK, in strips or tiles; plain, LZW, deflate,
 * PackBits, fax and JPEG. Floating point, signed numbers and CIELAB are refused.
 */
final class TiffFile implements ImageFile {

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int ORIENTATION = 274;
    private static final int SAMPLES = 277;
    private static final int PLANAR = 284;
    private static final int COLOR_MAP = 320;
    private static final int TILE_OFFSETS = 324;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;
    private static final int JPEG_TABLES = 347;
    private static final int XMP = 700;

    /** Handed on unchanged: fill order, fax options, predictor. */
    private static final int[] DECODING_TAGS = {266, 292, 293, 317};

    private static final int JPEG = 7;
    private static final int[] COMPRESSIONS = {1, 2, 3, 4, 5, JPEG, 8, 32773, 32946};
    private static final int WHITE_IS_ZERO = 0;
    private static final int BLACK_IS_ZERO = 1;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int INKS = 5;
    private static final int YCC = 6;
    private static final int UNASSOCIATED_ALPHA = 2;
    private static final int ASSOCIATED_ALPHA = 1;
    private static final int MOST_SAMPLES = 6;

    private final TiffDirectory directory;
    private final ImageSize size;
    private final int bits;
    private final int samples;
    private final int photometric;
    private final int compression;

    private TiffFile(FileBytes file) throws IOException {
        directory = new TiffDirectory(file);
        long width = directory.number(WIDTH, 0);
        long height = directory.number(HEIGHT, 0);
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new IOException("the header says " + width + " x " + height + " pixels");
        }
        size = new ImageSize((int) width, (int) height);
        bits = (int) directory.number(BITS, 1);
        samples = (int) directory.number(SAMPLES, 1);
        photometric = (int) directory.number(PHOTOMETRIC, WHITE_IS_ZERO);
        compression = (int) directory.number(COMPRESSION, 1);
    }

    static TiffFile open(FileBytes file) throws IOException {
        return new TiffFile(file);
    }

    @Override
    public ImageSize storedSize() {
        return size;
    }

    @Override
    public int orientation() {
        try {
            return directory.has(ORIENTATION)
                    ? (int) directory.number(ORIENTATION, Turn.NONE)
                    : OrientationTag.choose(new byte[0], directory.bytes(XMP));
        } catch (IOException unreadable) { // as for every other format: then it is upright
            return Turn.NONE;
        }
    }

    @Override
    public Pixels decode(Runnable check) throws IOException {
        checkKind();
        TiffBlocks blocks = TiffBlocks.of(directory, size, samples);
        int bands = samples;
        byte[] all;
        if (compression == JPEG) {
            all = new TiffJpeg(directory.file(), directory.bytes(JPEG_TABLES), photometric == YCC)
                    .decode(size, blocks, bands, check);
        } else {
            Raster raster = PluginReaders.decode(PluginReaders.tiff(), pixelsOnly(blocks), check);
            all = Samples.interleaved(raster);
            bands = raster.getNumBands();
        }
        byte @Nullable [] alpha = alpha(all, bands);
        byte[] rgb =
                switch (photometric) {
                    case WHITE_IS_ZERO, BLACK_IS_ZERO -> ColorMath.greyToRgb(grey(all, bands));
                    case PALETTE -> ColorMath.paletteToRgb(all, palette());
                    case INKS -> ColorMath.inksToRgb(bands == 4 ? all : firstFour(all, bands));
                    default -> Samples.firstThree(all, bands);
                };
        return new Pixels(size.width(), size.height(), rgb, alpha);
    }

    private void checkKind() throws IOException {
        int colours =
                switch (photometric) {
                    case WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE -> 1;
                    case RGB, YCC -> 3;
                    case INKS -> 4;
                    default -> MOST_SAMPLES + 1;
                };
        boolean depthKnown = bits == 8 || bits == 16 || (samples == 1 && (bits == 1 || bits == 2 || bits == 4));
        boolean evenDepth = Arrays.stream(directory.numbers(BITS)).allMatch(depth -> depth == bits);
        boolean wholeNumbers = Arrays.stream(directory.numbers(SAMPLE_FORMAT)).allMatch(format -> format == 1);
        boolean jpegFits =
                compression == JPEG ? bits == 8 && photometric != PALETTE && photometric != INKS : photometric != YCC;
        boolean compressionKnown = Arrays.stream(COMPRESSIONS).anyMatch(known -> known == compression);
        boolean known = samples >= colours
                && samples <= MOST_SAMPLES
                && depthKnown
                && evenDepth
                && wholeNumbers
                && jpegFits
                && compressionKnown
                && !(photometric == PALETTE && (samples > 1 || bits == 16));
        if (!known) {
            throw new IOException("it has photometric interpretation " + photometric + ", " + samples + " samples of "
                    + bits + " bits and compression " + compression
                    + ", which is not supported together; save it as PNG");
        }
    }

    private byte[] grey(byte[] all, int bands) {
        byte[] grey = bands == 1 ? all : Samples.band(all, bands, 0);
        Samples.spread(grey, bits);
        if (photometric == WHITE_IS_ZERO) {
            for (int i = 0; i < grey.length; i++) {
                grey[i] = (byte) ~grey[i];
            }
        }
        return grey;
    }

    private static byte[] firstFour(byte[] all, int bands) {
        byte[] inks = new byte[all.length / bands * 4];
        for (int from = 0, to = 0; to < inks.length; from += bands, to += 4) {
            System.arraycopy(all, from, inks, to, 4);
        }
        return inks;
    }

    private byte[] palette() throws IOException {
        long[] map = directory.numbers(COLOR_MAP);
        int count = 1 << bits;
        if (map.length != RasterImage.CHANNELS * count) {
            throw new IOException("its palette has " + map.length + " numbers, not " + RasterImage.CHANNELS * count);
        }
        byte[] palette = new byte[map.length];
        for (int colour = 0; colour < count; colour++) {
            for (int channel = 0; channel < RasterImage.CHANNELS; channel++) {
                palette[RasterImage.CHANNELS * colour + channel] = (byte) (map[channel * count + colour] >> 8);
            }
        }
        return palette;
    }

    /** The first extra sample, if it is a transparency; colours that were multiplied by it are divided again. */
    private byte @Nullable [] alpha(byte[] all, int bands) throws IOException {
        int colours = photometric == RGB ? RasterImage.CHANNELS : 1;
        boolean mayHave = photometric == RGB || photometric == BLACK_IS_ZERO || photometric == WHITE_IS_ZERO;
        if (!mayHave || bands <= colours) {
            return null;
        }
        // An RGB file that does not say what its fourth sample is means transparency, by Pillow's choice
        long kind = directory.number(EXTRA_SAMPLES, photometric == RGB ? UNASSOCIATED_ALPHA : 0);
        if (kind != UNASSOCIATED_ALPHA && kind != ASSOCIATED_ALPHA) {
            return null;
        }
        byte[] alpha = Samples.band(all, bands, colours);
        if (kind == ASSOCIATED_ALPHA) {
            for (int pixel = 0; pixel < alpha.length; pixel++) {
                int opacity = alpha[pixel] & 0xFF;
                for (int at = pixel * bands; at < pixel * bands + colours; at++) {
                    all[at] = (byte) (opacity == 0 ? 0 : ColorMath.clip((all[at] & 0xFF) * 255 / opacity));
                }
            }
        }
        return alpha;
    }

    /** A file whose directory has what the pixels need and nothing else; colours are named so that none is changed. */
    private byte[] pixelsOnly(TiffBlocks blocks) throws IOException {
        SortedMap<Integer, long[]> tags = new TreeMap<>();
        tags.put(WIDTH, new long[] {size.width()});
        tags.put(HEIGHT, new long[] {size.height()});
        long[] depths = new long[samples];
        Arrays.fill(depths, bits);
        tags.put(BITS, depths);
        tags.put(COMPRESSION, new long[] {compression});
        int colours = samples < RasterImage.CHANNELS ? 1 : RasterImage.CHANNELS;
        tags.put(PHOTOMETRIC, new long[] {colours == 1 ? BLACK_IS_ZERO : RGB});
        tags.put(SAMPLES, new long[] {samples});
        if (samples > colours) {
            tags.put(EXTRA_SAMPLES, new long[samples - colours]);
        }
        tags.put(PLANAR, new long[] {directory.number(PLANAR, 1)});
        for (int tag : DECODING_TAGS) {
            if (directory.has(tag)) {
                tags.put(tag, directory.numbers(tag));
            }
        }
        blocks.putInto(tags, directory.has(TILE_OFFSETS));
        return directory.withDirectory(tags);
    }
}
