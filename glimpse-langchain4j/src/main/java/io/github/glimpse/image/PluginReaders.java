package io.github.glimpse.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
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
     *
     * @param check run now and then; ends the work by what it throws
     */
    static Raster decode(ImageReader reader, byte[] file, Runnable check) throws IOException {
        return decode(reader, open(file, check), check, () -> reader.read(0).getRaster());
    }

    /** Decodes the first image by {@link ImageReader#readRaster}, which turns no colours. */
    static Raster decodeRaw(ImageReader reader, byte[] file, Runnable check) throws IOException {
        // Bytes are asked for from native code here, which nothing may be thrown through.
        return decode(reader, open(file, () -> {}), check, () -> reader.readRaster(0, null));
    }

    private interface Reading {
        Raster read() throws IOException;
    }

    private static Raster decode(ImageReader reader, ImageInputStream input, Runnable check, Reading reading)
            throws IOException {
        try (ImageInputStream stream = input) {
            check.run();
            reader.setInput(stream, true, true);
            reader.addIIOReadProgressListener(new CheckedRead(check));
            Raster raster = reading.read();
            // A reader that was told to stop returns what it has.
            check.run();
            return raster;
        } catch (IOException | RuntimeException e) {
            // Some take whatever is thrown in them for damage.
            check.run();
            throw e;
        } finally {
            reader.dispose();
        }
    }

    /** Stops a reader that may not go on. Native readers are called back from native code, where nothing may be thrown. */
    private record CheckedRead(Runnable check) implements IIOReadProgressListener {

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            try {
                check.run();
            } catch (RuntimeException e) {
                // Asked again, and thrown, when the reader has stopped.
                source.abort();
            }
        }

        @Override
        public void sequenceStarted(ImageReader source, int minIndex) {}

        @Override
        public void sequenceComplete(ImageReader source) {}

        @Override
        public void imageStarted(ImageReader source, int imageIndex) {}

        @Override
        public void imageComplete(ImageReader source) {}

        @Override
        public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageReader source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageReader source) {}

        @Override
        public void readAborted(ImageReader source) {}
    }

    /** The file, which is asked for in small pieces: a reader of long strips tells of its progress too seldom. */
    private static ImageInputStream open(byte[] file, Runnable check) {
        return new MemoryCacheImageInputStream(new ByteArrayInputStream(file) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                check.run();
                return super.read(bytes, offset, length);
            }
        });
    }
}
