package io.github.glimpse.engine;

import io.github.glimpse.PrintableText;

/** Names from a file for messages: one printable line of at most 120 characters, in quotes. */
final class Quoted {

    private static final int MAX_CHARACTERS = 120;

    private Quoted() {}

    static String name(String name) {
        return "'" + PrintableText.of(name, MAX_CHARACTERS) + "'";
    }
}
