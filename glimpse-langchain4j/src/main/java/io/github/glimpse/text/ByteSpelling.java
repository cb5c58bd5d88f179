package io.github.glimpse.text;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The spelling of bytes as visible characters that byte-level vocabularies use: printable Latin-1 characters stand for
 * themselves, the other 68 bytes for U+0100 and on.
 */
final class ByteSpelling {

    private static final char[] OF_BYTE = new char[256];
    private static final byte[] OF_CHARACTER = new byte[0x144];
    private static final boolean[] KNOWN = new boolean[OF_CHARACTER.length];

    /** The expression of GPT-2. */
    private static final TokenPattern WORDS = TokenPatternReader.read(
            "(?:'s|'t|'re|'ve|'m|'ll|'d)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    static {
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean itself = (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
            OF_BYTE[value] = (char) (itself ? value : next++);
            OF_CHARACTER[OF_BYTE[value]] = (byte) value;
            KNOWN[OF_BYTE[value]] = true;
        }
    }

    private ByteSpelling() {}

    /** The bytes that a token spells, or null if one of its characters stands for none. */
    static byte @Nullable [] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int index = 0; index < bytes.length; index++) {
            char unit = token.charAt(index);
            if (unit >= KNOWN.length || !KNOWN[unit]) {
                return null;
            }
            bytes[index] = OF_CHARACTER[unit];
        }
        return bytes;
    }

    /** The text of bytes; where they are none, U+FFFD for each longest beginning of a character, or byte. */
    static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        // Java takes three bytes that spell half a surrogate pair for one error, the reference library for three.
        StringBuilder result = new StringBuilder(bytes.length);
        for (int at = 0; at < bytes.length; ) {
            int length = lengthOf(bytes, at);
            if (length > 0) {
                result.append(new String(bytes, at, length, StandardCharsets.UTF_8));
            } else {
                result.append('\uFFFD');
            }
            at += Math.abs(length);
        }
        return result.toString();
    }

    /** Bytes of the character that begins here; below 0: of what is only the beginning of one. */
    private static int lengthOf(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        int length = lead < 0x80 ? 1 : lead < 0xC2 ? -1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : -1;
        for (int index = 1; index < length; index++) {
            int next = at + index < bytes.length ? bytes[at + index] & 0xFF : 0;
            int least = index > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
            int most = index > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
            if (next < least || next > most) {
                return -index;
            }
        }
        return length;
    }

    /** Cuts by GPT-2's expression unless told otherwise, and spells each word's bytes. */
    static WordSplitter splitter(TokenizerPart part) {
        part.only("add_prefix_space", "trim_offsets", "use_regex");
        boolean prepends = part.flag("add_prefix_space", true);
        WordSplitter.Cut cut = new WordSplitter.Cut(WORDS::find, WordSplitter.Cut.Keep.ISOLATED, false);
        boolean cuts = part.flag("use_regex", true);
        return (text, from, to, words) -> {
            boolean added = prepends && text.text().charAt(from) != ' ';
            AlignedText whole = added ? text.part(from, to).prepend(" ") : text;
            int start = added ? 0 : from;
            int end = added ? whole.text().length() : to;
            if (cuts) {
                cut.split(whole, start, end, (each, first, last) -> take(each, first, last, words));
            } else {
                take(whole, start, end, words);
            }
        };
    }

    private static void take(AlignedText text, int from, int to, WordSplitter.Words words) {
        int index = from;
        while (index < to && text.text().charAt(index) > ' ' && text.text().charAt(index) <= '~') {
            index++;
        }
        if (index == to) {
            words.take(text, from, to);
            return;
        }
        AlignedText spelled = text.starts() == null
                ? AlignedText.of(spell(text.text().substring(from, to)))
                : spellPlaced(text, from, to);
        words.take(spelled, 0, spelled.text().length());
    }

    private static String spell(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        char[] spelled = new char[bytes.length];
        for (int index = 0; index < bytes.length; index++) {
            spelled[index] = OF_BYTE[bytes[index] & 0xFF];
        }
        return new String(spelled);
    }

    private static AlignedText spellPlaced(AlignedText text, int from, int to) {
        AlignedText word = text.part(from, to);
        AlignedText.Builder builder = new AlignedText.Builder(word);
        String all = word.text();
        for (int unit = 0; unit < all.length(); ) {
            int point = all.codePointAt(unit);
            for (byte value : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                builder.addFor(OF_BYTE[value & 0xFF], unit);
            }
            unit += Character.charCount(point);
        }
        return builder.build();
    }
}
