package io.github.glimpse.text;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Byte pair encoding: a word's characters are joined in pairs, always the pair that was learned first, until there is
 * none to join.
 *
 * <p>The pairs wait in a heap and the pieces in a linked list, so a word of a million characters takes a second and not
 * days. Words that come often are remembered.
 */
final class BytePairModel implements SubwordModel {

    private static final int REMEMBERED_WORDS = 10_000;
    private static final int REMEMBERED_CHARACTERS = 48;

    /** Characters whose tokens are looked up in a table: all that spell bytes, and the Latin ones. */
    private static final int TABLE = 0x250;

    /**
     * What the file says besides vocabulary and merges.
     *
     * @param unknown      token for what the vocabulary lacks, or null
     * @param prefix       stands before characters that do not begin a word
     * @param suffix       stands behind the character that ends it
     * @param fusesUnknown whether unknown characters in a row are one token
     * @param byteFallback whether the bytes of unknown characters have tokens
     * @param ignoresMerges whether a word that is in the vocabulary is that token
     */
    record Settings(
            @Nullable String unknown,
            String prefix,
            String suffix,
            boolean fusesUnknown,
            boolean byteFallback,
            boolean ignoresMerges) {}

    private final Map<String, Integer> vocabulary;
    private final Settings settings;
    private final PairTable merges;
    private final int[][] tables = new int[4][];
    private final int @Nullable [] byteIds;
    private final Map<String, int[]> remembered = new ConcurrentHashMap<>();
    private final int longestToken;

    /**
     * Makes the model.
     *
     * @param vocabulary tokens and ids
     * @param merges     pairs of tokens in the order in which they were learned
     * @throws io.github.glimpse.ModelFilesException if a merge is not one of tokens that give a token
     */
    BytePairModel(Map<String, Integer> vocabulary, List<String[]> merges, Settings settings) {
        this.vocabulary = vocabulary;
        this.settings = settings;
        this.merges = new PairTable(merges.size());
        int longest = 1;
        for (int rank = 0; rank < merges.size(); rank++) {
            String[] pair = merges.get(rank);
            if (!pair[1].startsWith(settings.prefix())) {
                throw TokenizerFile.damaged("its merge number " + (rank + 1)
                        + " has a second part that does not begin with continuing_subword_prefix '"
                        + TokenPattern.shortened(settings.prefix()) + "'");
            }
            String joined = pair[0].concat(pair[1].substring(settings.prefix().length()));
            longest = Math.max(longest, joined.length());
            this.merges.put(id(pair[0], rank), id(pair[1], rank), rank, id(joined, rank));
        }
        longestToken = longest;
        for (int kind = 0; kind < tables.length; kind++) {
            tables[kind] = table(kind);
        }
        byteIds = settings.byteFallback() ? byteIds() : null;
    }

    private int id(String token, int rank) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw TokenizerFile.damaged("its merge number " + (rank + 1) + " needs the token '"
                    + TokenPattern.shortened(token) + "', which the vocabulary does not have");
        }
        return id;
    }

    private int[] table(int kind) {
        int[] table = new int[TABLE];
        for (int point = 0; point < TABLE; point++) {
            table[point] = vocabulary.getOrDefault(affixed(point, kind), -1);
        }
        return table;
    }

    /** A character as the vocabulary spells it; bit 0 of the kind: inside a word, bit 1: at its end. */
    private String affixed(int point, int kind) {
        return ((kind & 1) == 0 ? "" : settings.prefix())
                + Character.toString(point)
                + ((kind & 2) == 0 ? "" : settings.suffix());
    }

    private int[] byteIds() {
        int[] ids = new int[256];
        for (int value = 0; value < ids.length; value++) {
            ids[value] = vocabulary.getOrDefault(String.format(java.util.Locale.ROOT, "<0x%02X>", value), -1);
        }
        return ids;
    }

    @Override
    public int unknownId() {
        return settings.unknown() == null ? -1 : vocabulary.getOrDefault(settings.unknown(), -1);
    }

    @Override
    public void encode(AlignedText text, int from, int to, TokenSink sink) {
        if (settings.ignoresMerges()) {
            Integer whole = vocabulary.get(text.text().substring(from, to));
            if (whole != null) {
                sink.add(whole, text, from, to);
                return;
            }
        }
        if (sink.isPlaced() || to - from > REMEMBERED_CHARACTERS) {
            // So many tokens it will be at least: a text that is too long is refused before the work.
            sink.check((to - from) / longestToken);
            new Word(text, from, to, sink).emit();
            return;
        }
        String word = text.text().substring(from, to);
        int[] ids = remembered.get(word);
        if (ids == null) {
            ids = new Word(text, from, to, sink).ids();
            if (remembered.size() < REMEMBERED_WORDS) {
                remembered.put(word, ids);
            }
        }
        for (int id : ids) {
            sink.add(id, text, from, to);
        }
    }

    /** One word on its way: pieces in a linked list. */
    private final class Word {

        private static final int UNKNOWN_NONE = -1;

        private final AlignedText text;
        private final int from;
        private final int to;
        private final TokenSink sink;

        /** Ids, lengths in bytes (0: joined to the one before), and neighbours. */
        private int[] ids;

        private int[] bytes;
        private int[] previous = new int[0];
        private int[] next = new int[0];
        private int count;
        private int unknownId = UNKNOWN_NONE;
        private int unknownBytes;

        Word(AlignedText text, int from, int to, TokenSink sink) {
            this.text = text;
            this.from = from;
            this.to = to;
            this.sink = sink;
            ids = new int[to - from + 1];
            bytes = new int[ids.length];
            read();
            merge();
        }

        private void read() {
            String all = text.text();
            for (int at = from; at < to; ) {
                int point = all.codePointAt(at);
                int end = at + Character.charCount(point);
                int kind = (at == from ? 0 : 1) | (end == to ? 2 : 0);
                readOne(point, kind);
                at = end;
            }
            flushUnknown();
        }

        private void readOne(int point, int kind) {
            int id = point < TABLE ? tables[kind][point] : vocabulary.getOrDefault(affixed(point, kind), -1);
            if (id >= 0) {
                flushUnknown();
                add(id, utf8Length(point));
            } else if (!addBytes(point, kind)) {
                addUnknown(utf8Length(point));
            }
        }

        private boolean addBytes(int point, int kind) {
            if (byteIds == null) {
                return false;
            }
            byte[] values = affixed(point, kind).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (byte value : values) {
                if (byteIds[value & 0xFF] < 0) {
                    return false;
                }
            }
            // An unknown character before it comes behind it then, as in the reference library.
            for (byte value : values) {
                add(byteIds[value & 0xFF], 1);
            }
            return true;
        }

        private void addUnknown(int length) {
            if (settings.unknown() == null) {
                return;
            }
            if (unknownId >= 0 && settings.fusesUnknown()) {
                unknownBytes += length;
                return;
            }
            flushUnknown();
            Integer id = vocabulary.get(settings.unknown());
            if (id == null) {
                throw SubwordModel.unknownMissing(settings.unknown());
            }
            unknownId = id;
            unknownBytes = length;
        }

        private void flushUnknown() {
            if (unknownId >= 0) {
                add(unknownId, unknownBytes);
                unknownId = UNKNOWN_NONE;
            }
        }

        private void add(int id, int length) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
                bytes = Arrays.copyOf(bytes, 2 * count);
            }
            ids[count] = id;
            bytes[count++] = length;
            sink.work(1);
        }

        private void merge() {
            if (count < 2 || merges.isEmpty()) {
                return;
            }
            previous = new int[count];
            next = new int[count];
            PairHeap heap = new PairHeap(count);
            for (int at = 0; at < count; at++) {
                previous[at] = at - 1;
                next[at] = at + 1 < count ? at + 1 : -1;
                if (at + 1 < count) {
                    heap.append(merges.rank(ids[at], ids[at + 1]), at);
                }
                sink.work(1);
            }
            heap.order();
            while (!heap.isEmpty()) {
                long first = heap.take();
                join(PairHeap.place(first), merges.joined(PairHeap.rank(first)), heap);
                sink.work(4);
            }
        }

        /** Joins the piece at a place with the next, if that still gives the token that was meant. */
        private void join(int at, int joined, PairHeap heap) {
            int right = next[at];
            if (bytes[at] == 0 || right < 0) {
                return;
            }
            int rank = merges.rank(ids[at], ids[right]);
            if (rank < 0 || merges.joined(rank) != joined) {
                return;
            }
            ids[at] = joined;
            bytes[at] += bytes[right];
            bytes[right] = 0;
            next[at] = next[right];
            if (next[at] >= 0) {
                previous[next[at]] = at;
                heap.add(merges.rank(joined, ids[next[at]]), at);
            }
            if (previous[at] >= 0) {
                heap.add(merges.rank(ids[previous[at]], joined), previous[at]);
            }
        }

        int[] ids() {
            int[] result = new int[count];
            int length = 0;
            for (int at = 0; at < count; at++) {
                if (bytes[at] > 0) {
                    result[length++] = ids[at];
                }
            }
            return Arrays.copyOf(result, length);
        }

        void emit() {
            if (!sink.isPlaced()) {
                for (int at = 0; at < count; at++) {
                    if (bytes[at] > 0) {
                        sink.add(ids[at], text, from, to);
                    }
                }
                return;
            }
            int[] units = Utf8Units.of(text.text(), from, to);
            int done = 0;
            for (int at = 0; at < count; at++) {
                if (bytes[at] > 0) {
                    int last = Math.min(done + bytes[at], units.length) - 1;
                    int first = Math.min(done, units.length - 1);
                    sink.add(ids[at], text, units[first], Math.max(units[first], units[last]) + 1);
                    done += bytes[at];
                }
            }
        }
    }

    private static int utf8Length(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
}
