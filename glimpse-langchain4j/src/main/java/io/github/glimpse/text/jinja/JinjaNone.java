package io.github.glimpse.text.jinja;

/** Python's {@code None}; inside the interpreter there is no Java {@code null}. */
enum JinjaNone {
    NONE
}
