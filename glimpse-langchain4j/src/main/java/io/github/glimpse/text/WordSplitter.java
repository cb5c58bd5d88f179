package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** One step that cuts a normalised text into words, which are made into tokens one by one. Immutable. */
interface WordSplitter {

    /** Takes a word: units of a text, at least one. */
    interface Words {
        void take(AlignedText text, int from, int to);
    }

    /** Cuts units of a text and hands them on in order. */
    void split(AlignedText text, int from, int to, Words words);

    /** Whether it must know where in the prompt a word begins. */
    default boolean needsPlaces() {
        return false;
    }

    /** Reads the entry {@code pre_tokenizer} of a tokenizer file; where there is none, a text is one word. */
    static WordSplitter of(JsonNode node) {
        return TokenizerPart.of("pre-tokenizer", node)
                .map(WordSplitter::of)
                .orElse((text, from, to, words) -> words.take(text, from, to));
    }

    private static WordSplitter of(TokenizerPart part) {
        return switch (part.type()) {
            case "Sequence" -> {
                List<WordSplitter> steps = new ArrayList<>();
                part.parts("pretokenizers").forEach(each -> steps.add(of(each)));
                yield new Sequence(List.copyOf(steps));
            }
            case "ByteLevel" -> ByteSpelling.splitter(part);
            case "Metaspace" -> Metaspace.of(part);
            case "Split" -> {
                part.only("pattern", "behavior", "invert");
                yield new Cut(part.pattern("pattern")::find, Cut.Keep.of(part), part.flag("invert", false));
            }
            case "BertPreTokenizer" -> {
                part.only();
                yield new Sequence(List.of(
                        Cut.at(UnicodeKinds::isSpace, Cut.Keep.REMOVED),
                        Cut.at(UnicodeKinds::isBertPunctuation, Cut.Keep.ISOLATED)));
            }
            case "Whitespace" -> {
                part.only();
                yield new Cut(WordSplitter::findWords, Cut.Keep.REMOVED, true);
            }
            case "WhitespaceSplit" -> {
                part.only();
                yield Cut.at(UnicodeKinds::isSpace, Cut.Keep.REMOVED);
            }
            case "Punctuation" -> {
                part.only("behavior");
                yield Cut.at(UnicodeKinds::isBertPunctuation, Cut.Keep.of(part));
            }
            case "Digits" -> {
                part.only("individual_digits");
                boolean each = part.flag("individual_digits", false);
                yield Cut.at(UnicodeKinds::isNumeric, each ? Cut.Keep.ISOLATED : Cut.Keep.CONTIGUOUS);
            }
            default -> throw part.unknownType();
        };
    }

    /** Runs of word characters, and runs of what is neither that nor blank. */
    private static void findWords(String text, int from, int to, TokenPattern.Found found) {
        int start = from;
        int kind = -1;
        for (int at = from; at < to; ) {
            int point = text.codePointAt(at);
            int next = UnicodeKinds.isWord(point) ? 1 : UnicodeKinds.isSpace(point) ? 0 : 2;
            if (next != kind) {
                if (kind > 0) {
                    found.at(start, at);
                }
                start = at;
                kind = next;
            }
            at += Character.charCount(point);
        }
        if (kind > 0) {
            found.at(start, to);
        }
    }

    /** Cuts by one step after the other. */
    record Sequence(List<WordSplitter> steps) implements WordSplitter {
        @Override
        public void split(AlignedText text, int from, int to, Words words) {
            split(0, text, from, to, words);
        }

        private void split(int step, AlignedText text, int from, int to, Words words) {
            if (step == steps.size()) {
                words.take(text, from, to);
            } else {
                steps.get(step).split(text, from, to, (each, start, end) -> split(step + 1, each, start, end, words));
            }
        }

        @Override
        public boolean needsPlaces() {
            return steps.stream().anyMatch(WordSplitter::needsPlaces);
        }
    }

    /** Writes blanks as a visible character, puts one before the text, and cuts before each. */
    record Metaspace(String replacement, String prepending, boolean splits) implements WordSplitter {

        private static final TokenPattern BLANK = TokenPattern.literal(" ");

        private static Metaspace of(TokenizerPart part) {
            part.only("replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep");
            String scheme = part.choice("prepend_scheme", List.of("always", "first", "never"));
            return new Metaspace(
                    part.character("replacement"),
                    part.flag("add_prefix_space", true) ? scheme : "never",
                    part.flag("split", true));
        }

        @Override
        public boolean needsPlaces() {
            return prepending.equals("first");
        }

        @Override
        public void split(AlignedText whole, int from, int to, Words words) {
            AlignedText text = new TextNormalizer.Replace(BLANK, replacement).apply(whole.part(from, to));
            boolean first = text.starts() == null || text.starts()[0] == 0;
            if (!text.text().startsWith(replacement)
                    && (prepending.equals("always") || (prepending.equals("first") && first))) {
                text = text.prepend(replacement);
            }
            if (splits) {
                new Cut(TokenPattern.literal(replacement)::find, Cut.Keep.WITH_NEXT, false)
                        .split(text, 0, text.text().length(), words);
            } else {
                words.take(text, 0, text.text().length());
            }
        }
    }

    /** Cuts where something is found, and keeps what was found in one of several ways. */
    record Cut(Finder finder, Keep keep, boolean inverted) implements WordSplitter {

        /** Finds stretches from the left. */
        interface Finder {
            void find(String text, int from, int to, TokenPattern.Found found);
        }

        /** What becomes of the stretches that are found. */
        enum Keep {
            ISOLATED("Isolated"),
            REMOVED("Removed"),
            WITH_PREVIOUS("MergedWithPrevious"),
            WITH_NEXT("MergedWithNext"),
            CONTIGUOUS("Contiguous");

            private final String label;

            Keep(String label) {
                this.label = label;
            }

            private static Keep of(TokenizerPart part) {
                String label = part.choice(
                        "behavior",
                        List.of("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"));
                return List.of(values()).stream()
                        .filter(keep -> keep.label.equals(label))
                        .findFirst()
                        .orElseThrow();
            }
        }

        private static Cut at(IntPredicate kind, Keep keep) {
            return new Cut(
                    (text, from, to, found) -> {
                        for (int at = from; at < to; ) {
                            int point = text.codePointAt(at);
                            int next = at + Character.charCount(point);
                            if (kind.test(point)) {
                                found.at(at, next);
                            }
                            at = next;
                        }
                    },
                    keep,
                    false);
        }

        @Override
        public void split(AlignedText text, int from, int to, Words words) {
            Pieces pieces = new Pieces(text, from, words);
            finder.find(text.text(), from, to, pieces::found);
            pieces.finish(to);
        }

        /** Puts what is found and what lies between together, as it comes. */
        private final class Pieces {

            private final AlignedText text;
            private final Words words;
            private int seen;
            private int heldFrom = -1;
            private int heldTo = -1;
            private boolean wasMatch;

            Pieces(AlignedText text, int from, Words words) {
                this.text = text;
                this.words = words;
                this.seen = from;
            }

            void found(int start, int end) {
                if (start > seen) {
                    piece(seen, start, inverted);
                }
                piece(start, end, !inverted);
                seen = end;
            }

            void finish(int to) {
                if (to > seen) {
                    piece(seen, to, inverted);
                }
                flush();
            }

            private void piece(int from, int to, boolean match) {
                boolean joins = heldFrom >= 0
                        && switch (keep) {
                            case ISOLATED, REMOVED -> false;
                            case WITH_PREVIOUS -> match && !wasMatch;
                            case WITH_NEXT -> !match && wasMatch;
                            case CONTIGUOUS -> match == wasMatch;
                        };
                if (joins) {
                    heldTo = to;
                } else {
                    flush();
                    boolean dropped = keep == Keep.REMOVED && match;
                    heldFrom = dropped ? -1 : from;
                    heldTo = to;
                }
                wasMatch = match;
            }

            private void flush() {
                if (heldFrom >= 0) {
                    words.take(text, heldFrom, heldTo);
                    heldFrom = -1;
                }
            }
        }
    }
}
