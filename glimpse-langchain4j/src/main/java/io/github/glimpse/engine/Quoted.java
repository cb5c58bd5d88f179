package io.github.glimpse.engine;

/** Makes names that come from a file safe to show in a message: short, on one line, in quotes. */
final class Quoted {

    private static final int LONGEST = 120;

    private Quoted() {}

    static String name(String name) {
        StringBuilder shown = new StringBuilder("'");
        int length = Math.min(name.length(), LONGEST);
        for (int index = 0; index < length; index++) {
            char letter = name.charAt(index);
            shown.append(Character.isISOControl(letter) || Character.isSurrogate(letter) ? '?' : letter);
        }
        return shown.append(name.length() > LONGEST ? "…'" : "'").toString();
    }
}
