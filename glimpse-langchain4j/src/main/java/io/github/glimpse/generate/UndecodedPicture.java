package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import java.util.List;

/** A picture or a video whose headers are good and whose pixels are not: known when the prompt is made already. Never leaves this package. */
final class UndecodedPicture extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<byte[]> files;
    private final InvalidImageException error;

    /**
     * Tells which.
     *
     * @param files the arrays that the turn holds
     * @param error for its caller
     */
    UndecodedPicture(List<byte[]> files, InvalidImageException error) {
        super(error);
        this.files = files;
        this.error = error;
    }

    /** Whether this is the one. */
    boolean is(ChatTurn.Visual visual) {
        byte[] first =
                visual instanceof ChatTurn.Video video ? video.frames().get(0) : ((ChatTurn.Picture) visual).bytes();
        return first == files.get(0);
    }

    /** What its caller is told. */
    InvalidImageException error() {
        return error;
    }
}
