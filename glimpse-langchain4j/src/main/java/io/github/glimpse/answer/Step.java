package io.github.glimpse.answer;

/** Outcome of one character in an incremental reader. */
enum Step {
    /** Consumed; more characters are expected. */
    MORE,
    /** Consumed, and the element is complete. */
    DONE,
    /** The element was complete before this character, which is not consumed. */
    BEFORE,
    /** The character cannot belong to the element and is not consumed. */
    FAIL
}
