package io.github.glimpse.examples.tiny.drawing;

/** What a picture is for. Two splits never share a picture, see {@link DrawingRequest}. */
public enum Split {
    /** Pictures to learn from: seen faces, training phrasings. */
    TRAIN(0),
    /** Pictures to choose by, such as the threshold: new seeds, else as for training. */
    VALIDATION(1),
    /** Pictures to report on: new seeds, phrasings never trained, faces seen or not. */
    TEST(2);

    private final int seedPart;

    Split(int seedPart) {
        this.seedPart = seedPart;
    }

    /** What it adds to the seed; another number would give other pictures. */
    public int seedPart() {
        return seedPart;
    }
}
