package io.github.glimpse.eval;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each question of a set with each of several settings and appends what comes to a table. Killed at any moment and started
 * again with the same arguments it goes on where it was.
 *
 * <p>Questions are the outer loop, so that settings see the same weather on the machine and a run that is cut short compares them on
 * the same questions. A model of several is run by a call of its own, with the same file.
 *
 * <p>Not safe for concurrent use.
 */
public final class EvaluationRun {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluationRun.class);

    private final EvaluationSet set;
    private final List<EvaluationRow> rows;
    private final Metrics metrics;
    private final GenerationOptions generation;
    private final int workers;
    private final ReadingsFile file;
    private final Map<String, Reading> known = new HashMap<>();
    private final List<SkippedRow> skipped = new ArrayList<>();

    /**
     * A setting that the model refuses.
     *
     * @param model name of the model
     * @param row label of the setting
     * @param reason as the model gives it
     */
    public record SkippedRow(String model, String row, String reason) {}

    private EvaluationRun(Builder builder) {
        set = builder.set;
        rows = List.copyOf(builder.rows);
        metrics = builder.metrics;
        generation = builder.generation;
        workers = builder.workers;
        file = ReadingsFile.open(builder.file);
        file.read().stream().filter(reading -> !reading.failed()).forEach(reading -> known.put(reading.key(), reading));
    }

    /**
     * Starts with these.
     *
     * @param rows settings; one that refers to another stands behind it
     * @param file the table; begun if it is not there
     */
    public static Builder builder(EvaluationSet set, List<EvaluationRow> rows, Path file) {
        return new Builder(set, rows, file);
    }

    /**
     * Asks what has not been asked yet.
     *
     * @param name of the model in the table
     * @return the answers of this model to all questions, earlier ones included, in the order of the questions. A question that
     *     has failed earlier is asked again
     * @throws EvaluationDataException if the table cannot be written, or a metric is not known
     */
    public List<Reading> ask(String name, LoadedModel model) {
        set.forEach(this::checkMetric);
        List<EvaluationRow> possible = possible(name, model);
        String fingerprint = ModelFingerprint.of(model.options());
        RunProgress progress = new RunProgress(name, (long) set.items().size() * possible.size());
        Questioner questioner = new Questioner(model, generation, metrics);
        List<Callable<List<Reading>>> work = new ArrayList<>();
        for (EvaluationItem item : set) {
            work.add(() -> ask(new Round(name, name + fingerprint, possible, questioner, progress), item));
        }
        return Workers.run(workers, work).stream().flatMap(List::stream).toList();
    }

    private void checkMetric(EvaluationItem item) {
        try {
            metrics.get(item.metric());
        } catch (EvaluationDataException e) {
            throw new EvaluationDataException(
                    "Question '" + item.id() + "' of '" + set.name() + "': " + e.getMessage(), e);
        }
    }

    /** What the questions of a model have in common. */
    private record Round(
            String name, String identity, List<EvaluationRow> rows, Questioner questioner, RunProgress progress) {}

    private List<Reading> ask(Round round, EvaluationItem item) {
        Map<String, Reading> byRow = new LinkedHashMap<>();
        String picture = checksum(item.picture());
        for (EvaluationRow row : round.rows()) {
            Reading other = row.sameCountAs() == null ? null : byRow.get(row.sameCountAs());
            PruningOptions options = options(row, other);
            String key = key(round.identity(), item, picture, row, options);
            boolean lacksCount = row.retention() == null && other != null && other.failed();
            Reading reading = lacksCount ? null : known.get(key);
            if (reading == null) {
                Questioner.Asked asked = new Questioner.Asked(round.name(), item, row.label(), key);
                reading = lacksCount
                        ? round.questioner().unasked(asked, String.valueOf(row.sameCountAs()))
                        : round.questioner().ask(asked, options);
                file.add(reading);
                round.progress().asked();
            } else {
                round.progress().found();
            }
            byRow.put(row.label(), reading);
        }
        return List.copyOf(byRow.values());
    }

    /** The settings that models have refused so far. */
    public List<SkippedRow> skipped() {
        return List.copyOf(skipped);
    }

    private List<EvaluationRow> possible(String name, LoadedModel model) {
        List<EvaluationRow> possible = new ArrayList<>();
        Set<String> labels = new HashSet<>();
        for (EvaluationRow row : rows) {
            String reason = refusal(row, model, labels);
            if (reason == null) {
                possible.add(row);
                labels.add(row.label());
            } else {
                LOG.info("{} skips {}: {}", name, row.label(), reason);
                skipped.add(new SkippedRow(name, row.label(), reason));
            }
        }
        return possible;
    }

    private static @Nullable String refusal(EvaluationRow row, LoadedModel model, Set<String> labels) {
        String other = row.sameCountAs();
        if (other != null && !labels.contains(other)) {
            return "it takes its count from '" + other + "', which is not measured";
        }
        Double retention = row.retention();
        try {
            model.check(row.options().at(retention == null ? 1 : retention));
            return null;
        } catch (io.github.glimpse.UnsupportedModelException | IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static PruningOptions options(EvaluationRow row, @Nullable Reading other) {
        Double retention = row.retention();
        if (retention != null) {
            return row.options().at(retention);
        }
        return row.options().at(other == null ? 1 : exactRatio(other.selection()));
    }

    /** A ratio whose product with the tokens is the count after truncation, without depending on the last bit. */
    private static double exactRatio(Reading.Selection selection) {
        boolean all = selection.keptTokens() >= selection.imageTokens();
        return all ? 1 : (selection.keptTokens() + 0.5) / selection.imageTokens();
    }

    /** Of the bytes; one that cannot be had has none, and its questions fail. */
    private static String checksum(EvaluationItem.PictureFile picture) {
        try {
            CRC32C sum = new CRC32C();
            sum.update(picture.bytes());
            return Long.toHexString(sum.getValue());
        } catch (GlimpseException e) {
            return "";
        }
    }

    private String key(String model, EvaluationItem item, String picture, EvaluationRow row, PruningOptions options) {
        return Fingerprint.of(
                model,
                set.name(),
                item.id(),
                item.question(),
                item.answers(),
                item.boxes(),
                String.valueOf(item.boxedSize()),
                picture,
                item.metric(),
                row.label(),
                options,
                generation);
    }

    /** Collects what a run needs. */
    public static final class Builder {

        private final EvaluationSet set;
        private final List<EvaluationRow> rows;
        private final Path file;
        private Metrics metrics = Metrics.discover();
        private GenerationOptions generation = GenerationOptions.defaults();
        private int workers = 1;

        private Builder(EvaluationSet set, List<EvaluationRow> rows, Path file) {
            this.set = set;
            this.rows = rows;
            this.file = file;
        }

        /** The metrics that the data may name; unset is {@link Metrics#discover()}. */
        public Builder metrics(Metrics value) {
            metrics = value;
            return this;
        }

        /** How answers are made; what is unset is the model's. */
        public Builder generation(GenerationOptions value) {
            generation = value;
            return this;
        }

        /**
         * Questions that are asked at once, 1 if not set. The model must allow so many requests. Times are those of requests side by
         * side then, so give each a core of its own; the peak of memory is that of all.
         */
        public Builder workers(int value) {
            workers = value;
            return this;
        }

        /**
         * The run; opens the table and cuts off a torn last line.
         *
         * @throws EvaluationDataException if the file is something else than such a table
         * @throws IllegalArgumentException if two rows have the same label, or there is no worker
         */
        public EvaluationRun build() {
            if (workers < 1) {
                throw new IllegalArgumentException("A run needs at least one worker, not " + workers);
            }
            Set<String> labels = new HashSet<>();
            for (EvaluationRow row : rows) {
                if (!labels.add(row.label())) {
                    throw new IllegalArgumentException("Two rows have the label '" + row.label() + "'");
                }
            }
            return new EvaluationRun(this);
        }
    }
}
