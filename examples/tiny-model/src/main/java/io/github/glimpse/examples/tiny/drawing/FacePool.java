package io.github.glimpse.examples.tiny.drawing;

/** Which faces a picture may be written in. */
public enum FacePool {
    /** The faces of the training pictures. */
    SEEN(0),
    /** Faces that no training picture has; only with {@link Split#TEST}. */
    UNSEEN(1);

    private final int seedPart;

    FacePool(int seedPart) {
        this.seedPart = seedPart;
    }

    /** What it adds to the seed; another number would give other pictures. */
    int seedPart() {
        return seedPart;
    }
}
