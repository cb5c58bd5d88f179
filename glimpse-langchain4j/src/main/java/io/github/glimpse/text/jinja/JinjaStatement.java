package io.github.glimpse.text.jinja;

/** A parsed statement or piece of text. */
interface JinjaStatement {

    /** Writes to the run, sets names, and says how to go on. */
    Flow execute(JinjaRun run);

    /** How to go on after a statement. */
    enum Flow {
        NEXT,
        CONTINUE,
        BREAK
    }
}
