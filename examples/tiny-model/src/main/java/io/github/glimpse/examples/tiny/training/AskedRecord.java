package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
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

    /** The boxes of all values. */
    List<Box> evidence() {
        return fields.stream()
                .flatMap(field -> field.value() == null ? Stream.of() : field.value().evidence().stream())
                .toList();
    }

    /** The answer. */
    AskedForm form(Drawing drawing) {
        List<AskedForm.Part> parts = new ArrayList<>();
        for (Field field : fields) {
            Question value = field.value();
            BitSet region = value == null ? new BitSet() : drawing.evidenceCells(value);
            parts.add(AskedForm.Part.said((parts.isEmpty() ? "{" : ",") + '"' + field.name() + "\":", region));
            if (value == null) {
                parts.add(AskedForm.Part.said("null", region));
            } else {
                parts.add(AskedForm.Part.said("\"", region));
                parts.add(AskedForm.Part.read(value.pointers(), region));
                parts.add(AskedForm.Part.said("\"", region));
            }
        }
        parts.add(AskedForm.Part.said("}", new BitSet()));
        return new AskedForm(parts);
    }
}
