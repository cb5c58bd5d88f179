package io.github.glimpse.image;

import io.github.glimpse.InvalidImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Picture files that a data file names. The names are data, so nobody trusts them: they must lie below the folder, and no file
 * over the limit is read. Links within the folder are the user's own and are followed.
 *
 * @param folder where names start
 * @param maxBytes largest file that is read
 * @param outside whether names may lead out of the folder
 */
public record PictureFolder(Path folder, long maxBytes, Outside outside) {

    /** Whether a name may lead out of the folder. */
    public enum Outside {
        /** Such a name is refused. */
        REFUSED,
        /** Absolute paths and {@code ..} are followed; for data that the user trusts. */
        ALLOWED
    }

    /** Settles the folder and checks the limit. */
    public PictureFolder {
        folder = folder.toAbsolutePath().normalize();
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
        }
    }

    /** A folder that is not left, with files of at most {@link ImageLimits#DEFAULT_MAX_BYTES}. */
    public static PictureFolder of(Path folder) {
        return new PictureFolder(folder, ImageLimits.DEFAULT_MAX_BYTES, Outside.REFUSED);
    }

    /**
     * Where a picture lies; nothing is read.
     *
     * @param where names the place in the data file, as the start of messages
     * @throws InvalidImageException if the name is no path or leads out of the folder
     */
    public Path resolve(String name, String where) {
        Path path;
        try {
            path = folder.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw new InvalidImageException(where + " names a picture that is no path", e);
        }
        if (path.equals(folder) || (outside == Outside.REFUSED && !path.startsWith(folder))) {
            throw new InvalidImageException(
                    where + " names a picture outside of the picture folder; give a path below it");
        }
        return path;
    }

    /**
     * Reads a picture that {@link #resolve} found.
     *
     * @throws InvalidImageException if it is too large or cannot be read
     */
    public byte[] read(Path path, String where) {
        try {
            long size = Files.size(path);
            if (size > maxBytes) {
                throw new InvalidImageException(
                        where + " names a picture of " + size + " bytes, the limit is " + maxBytes);
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new InvalidImageException(
                    where + " names a picture that cannot be read: " + path.getFileName()
                            + "; check the picture folder",
                    e);
        }
    }
}
