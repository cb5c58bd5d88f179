package io.github.glimpse.examples.tiny.drawing;

import java.util.List;

/** Where one thing lies from another. */
enum Side {
    LEFT("left of"),
    RIGHT("right of"),
    ABOVE("above"),
    BELOW("below");

    /** All sides in words. */
    static final List<String> WORDS = List.of(LEFT.words, RIGHT.words, ABOVE.words, BELOW.words);

    private final String words;

    Side(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /** How far the first lies on this side of the second, in pixels; below 0 on the other side. */
    double distance(double x, double y, double otherX, double otherY) {
        return switch (this) {
            case LEFT -> otherX - x;
            case RIGHT -> x - otherX;
            case ABOVE -> otherY - y;
            case BELOW -> y - otherY;
        };
    }
}
