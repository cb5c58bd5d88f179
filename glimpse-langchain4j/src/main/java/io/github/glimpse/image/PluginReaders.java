package io.github.glimpse.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The ImageIO readers in use: the JDK's own for PNG, JPEG, GIF and BMP, that of TwelveMonkeys for TIFF (the JDK's
 * fails on narrow fax pages). They are made here, not asked from ImageIO: which reader comes first there depends on
 * what else is on the class path, and so would the pixels; and a plug-in is not found there if the application's class
 * loader is not the one that ImageIO asks. The streams live in memory, whatever {@link ImageIO#setUseCache} says.
 * Nothing global is changed.
 */
final class PluginReaders {

    private static final String JDK_MODULE = "java.desktop";

    private PluginReaders() {}

    /** The runtime image is cut down, or somebody has taken the reader out of ImageIO: no fault of the picture. */
    static final class MissingReaderException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        private MissingReaderException(String message) {
            super(message);
        }
    }

    /** Makes a reader for TIFF. */
    static ImageReader tiff() throws IOException {
        return new TIFFImageReaderSpi().createReaderInstance();
    }

    /**
     * Finds the JDK's reader of a format.
     *
     * @throws MissingReaderException if this Java runtime has none
     */
    static ImageReader jdk(String format) {
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if (JDK_MODULE.equals(reader.getClass().getModule().getName())) {
                return reader;
            }
            reader.dispose();
        }
        throw new MissingReaderException(
                "This Java runtime has no reader for " + format + "; use one with the whole module " + JDK_MODULE);
    }

    /**
     * Decodes the first image as {@link ImageReader#read} does, and gives its raster: the numbers before any colour.
     */
    static Raster decode(ImageReader reader, byte[] file) throws IOException {
        try (ImageInputStream stream = open(file)) {
            reader.setInput(stream, true, true);
            return reader.read(0).getRaster();
        } finally {
            reader.dispose();
        }
    }

    /** Decodes the first image by {@link ImageReader#readRaster}, which turns no colours. */
    static Raster decodeRaw(ImageReader reader, byte[] file) throws IOException {
        try (ImageInputStream stream = open(file)) {
            reader.setInput(stream, true, true);
            return reader.readRaster(0, null);
        } finally {
            reader.dispose();
        }
    }

    private static ImageInputStream open(byte[] file) {
        return new MemoryCacheImageInputStream(new ByteArrayInputStream(file));
    }
}
