package io.github.glimpse.text;

/** Which unit of a text each byte of it in UTF-8 belongs to. */
final class Utf8Units {

    private Utf8Units() {}

    /** The first unit of the character of each byte. */
    static int[] of(String text, int from, int to) {
        int[] units = new int[3 * (to - from)];
        int count = 0;
        for (int at = from; at < to; ) {
            int point = text.codePointAt(at);
            int bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            for (int index = 0; index < bytes; index++) {
                units[count++] = at;
            }
            at += Character.charCount(point);
        }
        return java.util.Arrays.copyOf(units, count);
    }
}
