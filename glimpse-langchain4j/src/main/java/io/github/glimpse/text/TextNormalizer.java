package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.text.jinja.PythonSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** One step that a tokenizer file takes with a text before it is cut into words. Immutable. */
interface TextNormalizer {

    /** How much longer texts may become by all replacements of a file together. */
    int MOST_GROWTH = 4;

    /** Characters that may be put before a text. */
    int MOST_PREPENDED = 16;

    /** Makes the text that the next step gets. */
    AlignedText apply(AlignedText text);

    /** How much longer the longest result is than its text. */
    default double growth() {
        return 1;
    }

    /** Reads the entry {@code normalizer} of a tokenizer file; null if there is none. */
    static @Nullable TextNormalizer of(JsonNode node) {
        TextNormalizer normalizer =
                TokenizerPart.of("normalizer", node).map(TextNormalizer::of).orElse(null);
        if (normalizer != null && normalizer.growth() > MOST_GROWTH) {
            throw TokenizerFile.refused(
                    String.format(
                            Locale.ROOT,
                            "has a normalizer that makes texts up to %.0f times as long, the limit is %d",
                            normalizer.growth(),
                            MOST_GROWTH),
                    "take the tokenizer from the model's publisher");
        }
        return normalizer;
    }

    private static TextNormalizer of(TokenizerPart part) {
        return switch (part.type()) {
            case "Sequence" -> {
                List<TextNormalizer> steps = new ArrayList<>();
                part.parts("normalizers").forEach(each -> steps.add(of(each)));
                yield new Sequence(List.copyOf(steps));
            }
            case "NFC", "NFD", "NFKC", "NFKD" -> {
                part.only();
                UnicodeForms.Form form = UnicodeForms.Form.valueOf(part.type());
                yield text -> UnicodeForms.apply(text, form);
            }
            case "Lowercase" -> {
                part.only();
                yield TextNormalizer::lowercase;
            }
            case "StripAccents" -> {
                part.only();
                yield text -> filter(text, point -> !UnicodeKinds.isAccent(point));
            }
            case "Strip" -> {
                part.only("strip_left", "strip_right");
                boolean left = part.flag("strip_left", true);
                boolean right = part.flag("strip_right", true);
                yield text -> strip(text, left, right);
            }
            case "Prepend" -> {
                part.only("prepend");
                String prefix = part.text("prepend", MOST_PREPENDED);
                yield text -> text.prepend(prefix);
            }
            case "Replace" -> {
                part.only("pattern", "content");
                yield new Replace(part.pattern("pattern"), part.text("content", TokenizerPart.MOST_CHARACTERS));
            }
            case "BertNormalizer" -> Bert.of(part);
            case "Precompiled" -> CharacterMap.of(part);
            default -> throw part.unknownType();
        };
    }

    /** Takes the steps one after the other. */
    record Sequence(List<TextNormalizer> steps) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText result = text;
            for (TextNormalizer step : steps) {
                result = step.apply(result);
            }
            return result;
        }

        @Override
        public double growth() {
            double growth = 1;
            for (TextNormalizer step : steps) {
                growth *= step.growth();
            }
            return growth;
        }
    }

    /** Puts a text wherever a pattern is found; it stands for the last character that it replaces. */
    record Replace(TokenPattern pattern, String content) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText.Builder builder = new AlignedText.Builder(text);
            int[] last = {0};
            boolean[] any = {false};
            pattern.find(text.text(), 0, text.text().length(), (start, end) -> {
                builder.keep(last[0], start);
                content.codePoints().forEach(point -> builder.addFor(point, end - 1));
                last[0] = end;
                any[0] = true;
            });
            if (!any[0]) {
                return text;
            }
            builder.keep(last[0], text.text().length());
            return builder.build();
        }

        @Override
        public double growth() {
            return Math.max(1, content.length() / (double) pattern.leastLength());
        }
    }

    /** What BERT does with texts. */
    record Bert(boolean cleans, boolean spacesChinese, boolean stripsAccents, boolean lowers)
            implements TextNormalizer {

        private static Bert of(TokenizerPart part) {
            part.only("clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
            boolean lowers = part.flag("lowercase", true);
            return new Bert(
                    part.flag("clean_text", true),
                    part.flag("handle_chinese_chars", true),
                    part.flag("strip_accents", lowers),
                    lowers);
        }

        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText result = text;
            if (cleans) {
                result = clean(result);
            }
            if (spacesChinese) {
                result = spaceChinese(result);
            }
            if (stripsAccents) {
                result = filter(
                        UnicodeForms.apply(result, UnicodeForms.Form.NFD), point -> !UnicodeKinds.isBertMark(point));
            }
            return lowers ? lowercase(result) : result;
        }

        private static AlignedText clean(AlignedText text) {
            AlignedText.Builder builder = new AlignedText.Builder(text);
            eachPoint(text.text(), (point, unit) -> {
                if (!UnicodeKinds.isBertControl(point)) {
                    builder.addFor(UnicodeKinds.isSpace(point) ? ' ' : point, unit);
                }
            });
            return builder.build();
        }

        private static AlignedText spaceChinese(AlignedText text) {
            if (text.text().codePoints().noneMatch(UnicodeKinds::isChinese)) {
                return text;
            }
            AlignedText.Builder builder = new AlignedText.Builder(text);
            eachPoint(text.text(), (point, unit) -> {
                boolean chinese = UnicodeKinds.isChinese(point);
                if (chinese) {
                    builder.addFor(' ', unit);
                }
                builder.addFor(point, unit);
                if (chinese) {
                    builder.addFor(' ', unit);
                }
            });
            return builder.build();
        }
    }

    /** A code point and its first unit. */
    interface PointVisitor {
        void at(int point, int unit);
    }

    private static void eachPoint(String text, PointVisitor visitor) {
        for (int unit = 0; unit < text.length(); ) {
            int point = text.codePointAt(unit);
            visitor.at(point, unit);
            unit += Character.charCount(point);
        }
    }

    private static AlignedText lowercase(AlignedText text) {
        if (text.text().codePoints().noneMatch(point -> UnicodeKinds.lower(point) != null)) {
            return text;
        }
        AlignedText.Builder builder = new AlignedText.Builder(text);
        eachPoint(text.text(), (point, unit) -> {
            String lower = UnicodeKinds.lower(point);
            if (lower == null) {
                builder.addFor(point, unit);
            } else {
                lower.codePoints().forEach(each -> builder.addFor(each, unit));
            }
        });
        return builder.build();
    }

    private static AlignedText filter(AlignedText text, IntPredicate kept) {
        if (text.text().codePoints().allMatch(kept)) {
            return text;
        }
        AlignedText.Builder builder = new AlignedText.Builder(text);
        eachPoint(text.text(), (point, unit) -> {
            if (kept.test(point)) {
                builder.addFor(point, unit);
            }
        });
        return builder.build();
    }

    private static AlignedText strip(AlignedText text, boolean left, boolean right) {
        String all = text.text();
        int from = left
                ? all.length()
                        - PythonSpace.stripLeft(all, UnicodeKinds::isSpace).length()
                : 0;
        int to = right ? PythonSpace.stripRight(all, UnicodeKinds::isSpace).length() : all.length();
        return text.part(from, Math.max(from, to));
    }
}
