package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;

/** A picture whose header is good and whose pixels are not: known when the prompt is made already. Never leaves this package. */
final class UndecodedPicture extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient byte[] bytes;
    private final InvalidImageException error;

    /**
     * Tells which.
     *
     * @param bytes the array that the turn holds
     * @param error for its caller
     */
    UndecodedPicture(byte[] bytes, InvalidImageException error) {
        super(error);
        this.bytes = bytes;
        this.error = error;
    }

    /** Whether this is the one. */
    boolean is(ChatTurn.Picture picture) {
        return picture.bytes() == bytes;
    }

    /** What its caller is told. */
    InvalidImageException error() {
        return error;
    }
}
