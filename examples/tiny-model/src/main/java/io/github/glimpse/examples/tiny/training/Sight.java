package io.github.glimpse.examples.tiny.training;

import java.util.Locale;

/** What a validated answer may see: the whole page, the evidence alone behind the cut, anything but the evidence there. */
enum Sight {
    FULL,
    CUT,
    BLIND;

    String prefix() {
        return name().toLowerCase(Locale.ROOT) + "_";
    }
}
