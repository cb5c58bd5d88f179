package io.github.glimpse.text;

/** Python's {@code None}; inside the interpreter there is no Java {@code null}. */
enum JinjaNone {
    NONE
}
