package io.github.glimpse.template;

/** Form in which a template reads the content of a role. */
enum ContentForm {

    /** A string only. */
    STRING,

    /** A list of parts only. */
    PARTS,

    /** Both: the caller's form is kept. */
    BOTH,

    /** Neither. */
    NONE;

    static ContentForm of(boolean readsString, boolean readsParts) {
        if (readsString) {
            return readsParts ? BOTH : STRING;
        }
        return readsParts ? PARTS : NONE;
    }

    boolean readsParts() {
        return this == PARTS || this == BOTH;
    }
}
