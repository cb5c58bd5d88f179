package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Values of a document as the fields of a JSON schema: {@code {"total":"87.00","order":null}}, without blanks, which the vocabulary does not
 * have. What is not there is null.
 *
 * @param fields two to four, one of them at most not there
 */
record AskedRecord(List<Field> fields) {

    private static final int LEAST = 2;
    private static final int MOST = 4;
    private static final double MISSING = 0.35;
    private static final int TRIES = 30;

    /**
     * A field.
     *
     * @param name the key
     * @param value the question that has its value; null where it is not there
     */
    record Field(String name, @Nullable Question value) {}

    /** A record of what stands on a drawing; none where it has less than two values. */
    static Optional<AskedRecord> of(Drawing drawing, Dice dice) {
        List<Question> values = new ArrayList<>(drawing.questions().stream()
                .filter(question -> question.kind() == QuestionKind.DOC
                        && !question.pointers().isEmpty()
                        && question.places().containsKey("key"))
                .distinct()
                .toList());
        if (values.size() < LEAST) {
            return Optional.empty();
        }
        dice.shuffle(values);
        List<Field> fields = new ArrayList<>();
        for (Question value : values.subList(0, Math.min(values.size(), dice.between(LEAST, MOST)))) {
            String key = Objects.requireNonNull(value.places().get("key"));
            if (fields.stream().noneMatch(field -> field.name().equals(key))) {
                fields.add(new Field(key, value));
            }
        }
        if (dice.chance(MISSING)) {
            missing(drawing, dice).ifPresent(name -> fields.set(dice.below(fields.size()), new Field(name, null)));
        }
        return Optional.of(new AskedRecord(List.copyOf(fields)));
    }

    /** A key that no cell of the drawing belongs to. */
    private static Optional<String> missing(Drawing drawing, Dice dice) {
        List<String> keys = Objects.requireNonNull(Phrasings.places().get("key"));
        for (int i = 0; i < TRIES; i++) {
            String key = dice.pick(keys);
            if (!drawing.shows(key)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** The schema, as the library writes it: some allow null where nothing is missing. */
    String schema(Dice dice) {
        boolean complete = fields.stream().allMatch(field -> field.value() != null);
        return Surroundings.schema(fields.stream().map(Field::name).toList(), !complete || dice.chance(0.5));
    }

    /** The tokens of the answer, without the mark that ends it. */
    int[] ids() {
        return parts().stream().flatMapToInt(part -> Arrays.stream(part.ids())).toArray();
    }

    /** The cell of each token, {@link AskedQuestion#NOT_READ} for what is not a character of a value. */
    int[] pointers() {
        return parts().stream()
                .flatMapToInt(part -> part.read() == null
                        ? IntStream.generate(() -> AskedQuestion.NOT_READ).limit(part.ids().length)
                        : part.read().pointers().stream().mapToInt(Question.Pointer::cell))
                .toArray();
    }

    /** All cells that bear on the record. */
    BitSet evidence(Drawing drawing) {
        BitSet all = new BitSet();
        fields.forEach(field -> all.or(evidence(field, drawing)));
        return all;
    }

    private static BitSet evidence(Field field, Drawing drawing) {
        return field.value() == null ? new BitSet() : drawing.evidenceCells(field.value());
    }

    /** For each token the cells that bear on its field; for the first, which follows the question, all of them. */
    List<BitSet> regions(Drawing drawing) {
        List<BitSet> regions = new ArrayList<>();
        for (Part part : parts()) {
            BitSet cells = part.field() == null ? new BitSet() : evidence(part.field(), drawing);
            Arrays.stream(part.ids()).forEach(id -> regions.add(cells));
        }
        regions.set(0, evidence(drawing));
        return regions;
    }

    /** A run of tokens of a field; {@code read} is the question whose answer they spell. */
    private record Part(
            int[] ids, @Nullable Field field, @Nullable Question read) {}

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (Field field : fields) {
            parts.add(new Part(Vocabulary.question(parts.isEmpty() ? "{" : ","), field, null));
            parts.add(new Part(Vocabulary.question('"' + field.name() + "\":"), field, null));
            if (field.value() == null) {
                parts.add(new Part(Vocabulary.question("null"), field, null));
            } else {
                parts.add(new Part(Vocabulary.question("\""), field, null));
                parts.add(new Part(Vocabulary.answer(field.value()), field, field.value()));
                parts.add(new Part(Vocabulary.question("\""), field, null));
            }
        }
        parts.add(new Part(Vocabulary.question("}"), null, null));
        return parts;
    }
}
