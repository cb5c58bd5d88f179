package io.github.glimpse.examples.tiny.drawing;

/** What a cell is part of. */
public enum CellRole {
    /** Nothing but the page. */
    BACKGROUND,
    /** Writing that names something: a key, the letter of a bar. */
    KEY,
    /** Writing that is asked for: a value, a code, a number. */
    VALUE,
    /** Writing that belongs to nothing: a heading, words of a dense page. */
    TEXT,
    /** A plate, beside its code. */
    PLATE,
    /** A bar of a chart. */
    BAR,
    /** A shape of a scene. */
    SHAPE
}
