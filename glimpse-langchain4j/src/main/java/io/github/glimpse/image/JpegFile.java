package io.github.glimpse.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * A JPEG file: baseline and progressive, 8 bits, in grey, YCbCr, RGB, CMYK or YCCK, any sampling. The JDK's decoder
 * gives the components as they are; which colours they mean is decided here by the rules of the JPEG library, and
 * profiles are not applied, as in Pillow.
 */
final class JpegFile implements ImageFile {

    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final int JFIF = 0xE0;
    private static final String XMP_PREFIX = "http://ns.adobe.com/xap/1.0/\0";
    private static final int ADOBE_TRANSFORM = 11;

    /** How the components are coded, by count of components and the Adobe marker. */
    private enum Coding {
        GREY,
        YCC,
        RGB,
        INKS,
        YCC_INKS
    }

    private final FileBytes file;
    private final JpegMarkers markers;
    private final Coding coding;
    private byte[] exif = {};
    private byte[] xmp = {};

    private JpegFile(FileBytes file) throws IOException {
        this.file = file;
        markers = JpegMarkers.of(file, 0, file.length());
        int transform = -1;
        boolean jfif = false;
        for (JpegMarkers.Segment segment : markers.segments()) {
            int at = segment.offset() + 4;
            switch (segment.marker()) {
                case JFIF -> jfif |= file.startsWith(at, "JFIF\0");
                case APP14 -> {
                    if (file.startsWith(at, "Adobe") && segment.length() >= 4 + ADOBE_TRANSFORM + 1) {
                        transform = file.u8(at + ADOBE_TRANSFORM);
                    }
                }
                case APP1 -> readMetadata(segment);
                default -> {}
            }
        }
        coding = codingOf(markers.componentIds(), jfif, transform);
    }

    static JpegFile open(FileBytes file) throws IOException {
        return new JpegFile(file);
    }

    private void readMetadata(JpegMarkers.Segment segment) throws IOException {
        int at = segment.offset() + 4;
        int length = segment.length() - 4;
        if (file.startsWith(at, OrientationTag.EXIF_PREFIX) && exif.length == 0) {
            exif = file.copy(at, length);
        } else if (file.startsWith(at, XMP_PREFIX)) {
            xmp = file.copy(at, length);
        }
    }

    /** The guess of the JPEG library: JFIF's marker, else Adobe's, else the names of the components. */
    private static Coding codingOf(int[] ids, boolean jfif, int adobeTransform) throws IOException {
        return switch (ids.length) {
            case 1 -> Coding.GREY;
            case 3 -> {
                boolean named = ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B';
                boolean rgb = !jfif && (adobeTransform < 0 ? named : adobeTransform == 0);
                yield rgb ? Coding.RGB : Coding.YCC;
            }
            case 4 -> adobeTransform <= 0 ? Coding.INKS : Coding.YCC_INKS;
            default -> throw new IOException("it has " + ids.length + " components");
        };
    }

    @Override
    public ImageSize storedSize() {
        return markers.size();
    }

    @Override
    public int orientation() {
        return OrientationTag.choose(exif, xmp);
    }

    @Override
    public Pixels decode(Runnable check) throws IOException {
        Raster raster = PluginReaders.decodeRaw(PluginReaders.jdk("jpeg"), pixelsOnly(), check);
        byte[] samples = Samples.interleaved(raster);
        byte[] rgb =
                switch (coding) {
                    case GREY -> ColorMath.greyToRgb(samples);
                    case RGB -> samples;
                    case YCC -> yccToRgb(samples, RasterImage.CHANNELS);
                    case INKS -> ColorMath.inksToRgb(inverted(samples, 0));
                    // The colours found are what the inks leave of white, so only black is still to be inverted
                    case YCC_INKS -> ColorMath.inksToRgb(inverted(yccToRgb(samples, 4), 3));
                };
        return new Pixels(raster.getWidth(), raster.getHeight(), rgb, null);
    }

    private static byte[] yccToRgb(byte[] samples, int bands) {
        for (int at = 0; at < samples.length; at += bands) {
            ColorMath.yccToRgb(samples, at);
        }
        return samples;
    }

    /** Turns round the inks from {@code first} on: Photoshop, and with it everybody, stores 255 for no ink. */
    private static byte[] inverted(byte[] samples, int first) {
        for (int at = 0; at < samples.length; at++) {
            if (at % 4 >= first) {
                samples[at] = (byte) ~samples[at];
            }
        }
        return samples;
    }

    /** The file without application segments and comments. */
    private byte[] pixelsOnly() {
        ByteArrayOutputStream result = new ByteArrayOutputStream(file.length());
        result.write(0xFF);
        result.write(JpegMarkers.START);
        JpegMarkers.writePixelSegments(file, markers.segments(), result);
        result.write(0xFF);
        result.write(JpegMarkers.END);
        return result.toByteArray();
    }
}
