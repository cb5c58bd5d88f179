package io.github.glimpse.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The map of characters that SentencePiece makes of its normalisation rules ({@code Precompiled}): an array that spells a
 * tree over bytes, and the texts that its leaves stand for.
 *
 * <p>Looked up by clusters of characters that people take for one, such as a letter with its accent, where they have
 * fewer than six bytes, else by single characters. Of the rules that a cluster begins with the shortest counts, for all of
 * it.
 */
final class CharacterMap implements TextNormalizer {

    private static final int MOST_CHARACTERS = 4_000_000;

    /** Bytes of what one cluster becomes; the longest of the published maps has 33. */
    private static final int MOST_BYTES = 64;

    private static final int CLUSTER_BYTES = 6;
    private static final int MARKS = UnicodeKinds.mask("Mn") | UnicodeKinds.mask("Me") | UnicodeKinds.mask("Mc");
    private static final int CONTROLS =
            UnicodeKinds.mask("Cc") | UnicodeKinds.mask("Cf") | UnicodeKinds.mask("Zl") | UnicodeKinds.mask("Zp");

    private final int[] tree;
    private final byte[] texts;

    private CharacterMap(int[] tree, byte[] texts) {
        this.tree = tree;
        this.texts = texts;
    }

    static CharacterMap of(TokenizerPart part) {
        part.only("precompiled_charsmap");
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(part.text("precompiled_charsmap", MOST_CHARACTERS));
        } catch (IllegalArgumentException damaged) {
            throw part.refused("a 'precompiled_charsmap' that is not Base64");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = bytes.length < Integer.BYTES ? -1 : buffer.getInt();
        if (size < Integer.BYTES || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw part.refused("a 'precompiled_charsmap' of " + bytes.length + " bytes whose tree has " + size);
        }
        int[] tree = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(tree);
        byte[] texts = new byte[buffer.remaining() - size];
        buffer.position(buffer.position() + size).get(texts);
        int length = 0;
        for (byte each : texts) {
            length = each == 0 ? 0 : length + 1;
            if (length > MOST_BYTES) {
                throw part.refused("a 'precompiled_charsmap' with a text of more than " + MOST_BYTES + " bytes");
            }
        }
        return new CharacterMap(tree, texts);
    }

    @Override
    public AlignedText apply(AlignedText text) {
        String all = text.text();
        Written written = new Written(all);
        for (int at = 0; at < all.length(); ) {
            int end = clusterEnd(all, at);
            boolean small = all.substring(at, end).getBytes(StandardCharsets.UTF_8).length < CLUSTER_BYTES;
            String mapped = small ? find(all, at, end) : null;
            if (mapped != null) {
                written.add(at, end, mapped);
                at = end;
                continue;
            }
            while (at < end) {
                int next = at + Character.charCount(all.codePointAt(at));
                String one = find(all, at, next);
                written.add(at, next, one == null ? all.substring(at, next) : one);
                at = next;
            }
        }
        AlignedText.Builder builder = new AlignedText.Builder(text);
        for (int index = 0; index < written.count; index++) {
            builder.change(written.points[index], written.changes[index]);
        }
        return builder.build();
    }

    /**
     * Characters and what each has changed. What is added stands for the character before it, and what is left over falls
     * to the last one written, as in the reference library; where there is none yet, to nobody.
     */
    private static final class Written {

        private final String all;
        private int[] points;
        private int[] changes;
        private int count;

        Written(String all) {
            this.all = all;
            points = new int[all.length() + 16];
            changes = new int[points.length];
        }

        void add(int from, int to, String mapped) {
            int added = mapped.codePointCount(0, mapped.length()) - all.codePointCount(from, to);
            if (count + mapped.length() > points.length) {
                points = Arrays.copyOf(points, 2 * (count + mapped.length()));
                changes = Arrays.copyOf(changes, points.length);
            }
            mapped.codePoints().forEach(point -> {
                changes[count] = 0;
                points[count++] = point;
            });
            if (added > 0) {
                Arrays.fill(changes, count - added, count, 1);
            } else if (count > 0) {
                changes[count - 1] += added;
            }
        }
    }

    private static int clusterEnd(String text, int at) {
        int first = text.codePointAt(at);
        int end = at + Character.charCount(first);
        if (first == '\r' && end < text.length() && text.charAt(end) == '\n') {
            return end + 1;
        }
        if (UnicodeKinds.isOf(first, CONTROLS) && !isJoined(first)) {
            return end;
        }
        while (end < text.length() && isJoined(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    /** Whether a character belongs to the one before it: marks, joiners, tones of skin and tags. */
    private static boolean isJoined(int point) {
        return switch (point) {
            case 0x200C, 0x200D, 0xE33, 0xEB3, 0xFF9E, 0xFF9F -> true;
            case 0x102B, 0x102C, 0x1038, 0x1083, 0x108F, 0x1A61, 0x1A63, 0x1A64, 0xAA7B, 0xAA7D, 0x11720, 0x11721 ->
                false;
            default ->
                (point >= 0x1F3FB && point <= 0x1F3FF)
                        || (point >= 0xE0020 && point <= 0xE007F)
                        || (UnicodeKinds.isOf(point, MARKS) && !isMyanmarVowel(point));
        };
    }

    private static boolean isMyanmarVowel(int point) {
        return (point >= 0x1062 && point <= 0x1064)
                || (point >= 0x1067 && point <= 0x106D)
                || (point >= 0x1087 && point <= 0x108C)
                || (point >= 0x109A && point <= 0x109C);
    }

    /** What the shortest rule that a stretch begins with makes of it; null if there is none. */
    private @Nullable String find(String text, int from, int to) {
        int node = offset(unit(0));
        for (byte each : text.substring(from, to).getBytes(StandardCharsets.UTF_8)) {
            int label = each & 0xFF;
            node ^= label;
            int unit = unit(node);
            if (label == 0 || (unit & 0x800000FF) != label) {
                return null;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) != 0) {
                return text(unit(node) & 0x7FFFFFFF);
            }
        }
        return null;
    }

    private int unit(int index) {
        if (index < 0 || index >= tree.length) {
            throw TokenizerFile.damaged("its precompiled_charsmap leads out of its tree");
        }
        return tree[index];
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private String text(int start) {
        int end = start;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        if (start >= texts.length) {
            throw TokenizerFile.damaged("its precompiled_charsmap leads out of its texts");
        }
        return new String(texts, start, end - start, StandardCharsets.UTF_8);
    }
}
