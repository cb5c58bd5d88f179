package io.github.glimpse.image;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of an image file into a picture: PNG, JPEG, GIF, WebP, TIFF and BMP, told apart by content.
 *
 * <p>The result has the bytes that Pillow 11.3 gives for {@code ImageOps.exif_transpose(image).convert("RGB")}:
 * upright, first frame, colour profiles not applied, 16 bits cut to the high byte. Where this class knowingly differs:
 * transparent pictures are laid on white unless {@link Transparency#DROP} is chosen, grey of 16 bits is cut like
 * colour (Pillow makes it white), and a single transparent colour is compared at full depth.
 *
 * <p>Files may be hostile. Their size is checked first, then the header is read, then the pixels it announces are
 * checked, and only then anything of that size is allocated. All that can go wrong inside, exhausted memory included,
 * is an {@link InvalidImageException}. Nothing is written to disk. Safe for concurrent use.
 */
public final class ImageDecoder {

    private static final double MEGA = 1e6;

    private final ImageLimits limits;
    private final Transparency transparency;

    /** Makes a decoder with these limits, which treats transparent pictures so. */
    public ImageDecoder(ImageLimits limits, Transparency transparency) {
        this.limits = limits;
        this.transparency = transparency;
    }

    /**
     * Decodes a file.
     *
     * @param bytes the whole file; not changed and not kept
     * @return the picture, owned by the caller
     * @throws InvalidImageException if the file is too large, of an unknown kind, damaged or cut off
     */
    public RasterImage decode(byte[] bytes) {
        return decode(bytes, () -> {});
    }

    /**
     * Decodes a file for a request that may have to end.
     *
     * @param check run now and then; what it throws ends the work
     * @throws InvalidImageException as {@link #decode(byte[])}
     */
    public RasterImage decode(byte[] bytes, Runnable check) {
        ImageFormat format = formatOf(bytes);
        ImageFile file = open(format, bytes);
        ImageSize size = file.storedSize();
        if (file.leastDecodingBytes() > Runtime.getRuntime().maxMemory()) {
            throw tooLarge(format, file, null);
        }
        return guarded(format, file, () -> {
            RasterImage stored = file.decode(check).flatten(transparency);
            check.run();
            if (!stored.size().equals(size)) {
                throw new IOException("it has " + stored.width() + " x " + stored.height()
                        + " pixels, but the header says " + size.width() + " x " + size.height());
            }
            return Turn.upright(stored, file.orientation());
        });
    }

    /**
     * Reads the size of the picture that {@link #decode} would give, without decoding pixels. A file that passes here
     * may still be damaged further on.
     *
     * @param bytes the whole file
     * @throws InvalidImageException if the file is too large, of an unknown kind, or its header is damaged
     */
    public ImageSize readSize(byte[] bytes) {
        ImageFile file = open(formatOf(bytes), bytes);
        return Turn.turned(file.storedSize(), file.orientation());
    }

    private ImageFormat formatOf(byte[] bytes) {
        if (bytes.length == 0) {
            throw new InvalidImageException("The image has no bytes; send a PNG, JPEG, WebP, GIF, BMP or TIFF file");
        }
        if (bytes.length > limits.maxBytes()) {
            throw new ImageTooLargeException(format(
                    "The image file has %.1f MB, the limit is %.1f MB; send a smaller one or raise maxBytes",
                    bytes.length / MEGA, limits.maxBytes() / MEGA));
        }
        FileBytes file = new FileBytes(bytes);
        return ImageFormat.of(file)
                .orElseThrow(() -> new InvalidImageException("The image of " + bytes.length + " bytes is "
                        + ImageFormat.describeUnknown(file) + "; send a PNG, JPEG, WebP, GIF, BMP or TIFF file"));
    }

    private ImageFile open(ImageFormat format, byte[] bytes) {
        ImageFile file = guarded(format, null, () -> format.open(new FileBytes(bytes)));
        ImageSize size = file.storedSize();
        if (size.pixelCount() > limits.maxPixels()) {
            throw new ImageTooLargeException(format(
                    "The image has %.1f MP (%d x %d), the limit is %.1f MP; send a smaller one or raise maxPixels"
                            + " (glimpse.limits.max-image-pixels)",
                    size.pixelCount() / MEGA, size.width(), size.height(), limits.maxPixels() / MEGA));
        }
        return file;
    }

    /** Runs foreign code on untrusted bytes; whatever it throws means that the file is bad. */
    private static <T> T guarded(ImageFormat format, @Nullable ImageFile file, Callable<T> work) {
        try {
            return work.call();
        } catch (PluginReaders.MissingReaderException | GlimpseException e) {
            // The picture is not to blame.
            throw e;
        } catch (OutOfMemoryError e) {
            throw tooLarge(format, file, e);
        } catch (StackOverflowError | Exception e) {
            if (isOutOfMemory(e)) {
                throw tooLarge(format, file, e);
            }
            throw new InvalidImageException(
                    "The " + format + " image cannot be read: " + reason(e) + "; send it again or save it anew as PNG",
                    withoutEndOfFile(e));
        }
    }

    /** Whether memory was what a reader lacked: the JDK's and others wrap it in an error of the file. */
    public static boolean isOutOfMemory(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                return true;
            }
        }
        return false;
    }

    private static ImageTooLargeException tooLarge(
            ImageFormat format, @Nullable ImageFile file, @Nullable Throwable failure) {
        double heap = Runtime.getRuntime().maxMemory() / MEGA;
        String what = file == null
                ? "image's header"
                : format(
                        "image of %d x %d pixels needs at least %.0f MB while it is decoded, which",
                        file.storedSize().width(), file.storedSize().height(), file.leastDecodingBytes() / MEGA);
        return new ImageTooLargeException(
                format(
                        "The %s %s does not fit the Java heap of %.0f MB beside all else; send a smaller one, let fewer"
                                + " requests run at once (glimpse.serving.max-running), or raise -Xmx; a lower"
                                + " glimpse.limits.max-image-pixels refuses such images beforehand",
                        format, what, heap),
                failure);
    }

    /**
     * Spring MVC takes an {@link EOFException} anywhere among the causes for a caller that has hung up, and answers nothing.
     */
    private static Throwable withoutEndOfFile(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException) {
                IOException summary = new IOException(failure.toString());
                summary.setStackTrace(failure.getStackTrace());
                return summary;
            }
        }
        return failure;
    }

    private static String reason(Throwable failure) {
        boolean ours = failure.getClass() == IOException.class || failure instanceof EOFException;
        return ours && failure.getMessage() != null ? failure.getMessage() : "it is damaged or cut off";
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
