package io.github.glimpse.eval;

import io.github.glimpse.eval.ConfidenceFigures.Sample;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.prune.PruningOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a run, one entry per model and setting, in the order of the settings.
 *
 * @param rows the figures
 */
public record EvaluationSummary(List<RowFigures> rows) {

    /** Copies the list. */
    public EvaluationSummary {
        rows = List.copyOf(rows);
    }

    /**
     * The figures of answers.
     *
     * @param readings of one or more models
     * @param settings what was asked with; {@link EvaluationRow#UNPRUNED} is what the others are compared with
     */
    public static EvaluationSummary of(List<Reading> readings, List<EvaluationRow> settings) {
        List<RowFigures> figures = new ArrayList<>();
        Map<String, List<Reading>> byModel = readings.stream()
                .collect(Collectors.groupingBy(Reading::model, LinkedHashMap::new, Collectors.toList()));
        byModel.forEach((model, ofModel) -> {
            Map<String, Reading> unpruned = ofModel.stream()
                    .filter(reading -> reading.row().equals(EvaluationRow.UNPRUNED))
                    .collect(Collectors.toMap(Reading::id, reading -> reading));
            for (EvaluationRow setting : settings) {
                List<Reading> own = ofModel.stream()
                        .filter(reading -> reading.row().equals(setting.label()))
                        .toList();
                if (!own.isEmpty()) {
                    figures.add(figures(model, setting, own, unpruned));
                }
            }
        });
        return new EvaluationSummary(figures);
    }

    private static RowFigures figures(
            String model, EvaluationRow setting, List<Reading> all, Map<String, Reading> unpruned) {
        List<Reading> answered =
                all.stream().filter(reading -> !reading.failed()).toList();
        double kept =
                Statistics.mean(values(answered, reading -> reading.selection().retention()));
        Double retention = setting.retention();
        Map<String, Double> byKind = answered.stream()
                .collect(
                        Collectors.groupingBy(Reading::kind, TreeMap::new, Collectors.averagingDouble(Reading::score)));
        return new RowFigures(
                model,
                setting.label(),
                setting.strategy(),
                retention == null ? kept : retention,
                answered.size(),
                all.size() - answered.size(),
                Statistics.accuracy(values(answered, Reading::score)),
                Statistics.meanByBootstrap(drops(answered, unpruned)),
                kept,
                Statistics.mean(known(answered, reading -> reading.selection().recall())),
                Statistics.median(known(answered, reading -> reading.cost().firstTokenMillis())),
                Statistics.median(known(answered, reading -> reading.cost().tokensPerSecond())),
                Statistics.mean(values(answered, reading -> reading.cost().cacheBytes())),
                answered.stream()
                        .mapToLong(reading -> reading.cost().peakBytes())
                        .max()
                        .orElse(0),
                confidence(setting, answered, unpruned),
                likelihood(setting, answered, unpruned),
                byKind,
                pope(answered));
    }

    private static double[] values(List<Reading> readings, ToDoubleFunction<Reading> value) {
        return readings.stream().mapToDouble(value).toArray();
    }

    private static double[] known(List<Reading> readings, ToDoubleFunction<Reading> value) {
        return readings.stream()
                .mapToDouble(value)
                .filter(number -> !Double.isNaN(number))
                .toArray();
    }

    private static double[] drops(List<Reading> answered, Map<String, Reading> unpruned) {
        return answered.stream()
                .filter(reading -> isCompared(reading, unpruned))
                .mapToDouble(reading -> other(reading, unpruned).score() - reading.score())
                .toArray();
    }

    private static boolean isCompared(Reading reading, Map<String, Reading> unpruned) {
        Reading other = unpruned.get(reading.id());
        return other != null && !other.failed();
    }

    private static Reading other(Reading reading, Map<String, Reading> unpruned) {
        Reading other = unpruned.get(reading.id());
        if (other == null) {
            throw new IllegalStateException("Only compared readings have another");
        }
        return other;
    }

    /** Whether a pruned answer scores less than the unpruned one. */
    static boolean isLost(Reading reading, Reading unpruned) {
        return reading.score() < unpruned.score();
    }

    private static @Nullable ConfidenceFigures confidence(
            EvaluationRow setting, List<Reading> answered, Map<String, Reading> unpruned) {
        List<Sample> samples = samples(answered, unpruned, Reading::confidence);
        if (samples.isEmpty()) {
            return null;
        }
        ConfidenceFigures figures = ConfidenceFigures.of(samples);
        return mayBeGuarded(setting) ? figures.withoutFloors() : figures;
    }

    private static @Nullable ConfidenceFigures likelihood(
            EvaluationRow setting, List<Reading> answered, Map<String, Reading> unpruned) {
        List<Sample> samples = setting.label().equals(EvaluationRow.UNPRUNED)
                ? List.of()
                : samples(answered, unpruned, reading -> {
                    AnswerLikelihood likelihood = reading.likelihood();
                    return likelihood == null ? null : likelihood.leastProbability();
                });
        return samples.isEmpty() ? null : ConfidenceFigures.of(samples).withoutFloors();
    }

    private static List<Sample> samples(
            List<Reading> answered, Map<String, Reading> unpruned, Function<Reading, @Nullable Double> confidence) {
        List<Sample> samples = new ArrayList<>();
        for (Reading reading : answered) {
            Double sure = confidence.apply(reading);
            if (sure != null && isCompared(reading, unpruned)) {
                Reading other = other(reading, unpruned);
                boolean agrees = AnswerText.normal(reading.answer()).equals(AnswerText.normal(other.answer()));
                samples.add(new Sample(sure, reading.selection().recall(), agrees, isLost(reading, other)));
            }
        }
        return samples;
    }

    /** Whether answers of the setting may be those of a guard that acted: most profiles have one. */
    private static boolean mayBeGuarded(EvaluationRow setting) {
        PruningOptions options = setting.options().at(1);
        return options.guard().isOn() || options.profile() != null;
    }

    private static @Nullable PopeFigures pope(List<Reading> answered) {
        List<PopeFigures.Pair> pairs = answered.stream()
                .filter(reading -> reading.metric().equals(Pope.NAME))
                .map(reading -> new PopeFigures.Pair(reading.answer(), reading.expected()))
                .toList();
        return pairs.isEmpty() ? null : PopeFigures.of(pairs);
    }

    /**
     * Writes the figures as CSV, one line per model and setting; shares from 0 to 1.
     *
     * @throws EvaluationDataException if the file cannot be written
     */
    public void writeCsv(Path file) {
        write(file, table());
    }

    /**
     * Writes what floors of the guard would part: a line per setting with a confidence and candidate, shares from 0 to 1, empty
     * where nothing is known.
     *
     * @throws EvaluationDataException if the file cannot be written
     */
    public void writeFloorsCsv(Path file) {
        StringBuilder text = new StringBuilder(
                "model,row,floor,below,rest,share_below,recall_below,recall_rest,separation,supported\n");
        for (RowFigures row : rows) {
            ConfidenceFigures confidence = row.confidence();
            for (ConfidenceFloor floor : confidence == null ? List.<ConfidenceFloor>of() : confidence.floors()) {
                text.append(line(
                        List.of(row.model(), row.row()),
                        List.of(
                                floor.floor(),
                                floor.below(),
                                floor.rest(),
                                floor.share(),
                                floor.recallBelow(),
                                floor.recallOfRest(),
                                floor.separation(),
                                floor.isSupported())));
            }
        }
        write(file, text);
    }

    private StringBuilder table() {
        StringBuilder text = new StringBuilder("model,row,strategy,retention,questions,failed,accuracy,accuracy_low,"
                + "accuracy_high,drop,drop_low,drop_high,kept,recall,first_token_ms,tokens_per_second,cache_bytes,"
                + "peak_bytes,confidence_recall_spearman,confidence_recall_auroc,confidence_agreement_spearman,"
                + "confidence_agreement_auroc,lost,lost_in_least_confident,likelihood_agreement_auroc,lost_in_least_likely,"
                + "least_likely_tenth\n");
        for (RowFigures row : rows) {
            ConfidenceFigures confidence = row.confidence();
            ConfidenceFigures likelihood = row.likelihood();
            ConfidenceFigures lost = confidence == null ? likelihood : confidence;
            List<Object> numbers = List.of(
                    row.retention(),
                    row.questions(),
                    row.failed(),
                    row.accuracy().value(),
                    row.accuracy().low(),
                    row.accuracy().high(),
                    row.drop().value(),
                    row.drop().low(),
                    row.drop().high(),
                    row.kept(),
                    row.recall(),
                    row.firstTokenMillis(),
                    row.tokensPerSecond(),
                    row.cacheBytes(),
                    row.peakBytes(),
                    confidence == null ? "" : confidence.recallCorrelation(),
                    confidence == null ? "" : confidence.recallSeparation(),
                    confidence == null ? "" : confidence.agreementCorrelation(),
                    confidence == null ? "" : confidence.agreementSeparation(),
                    lost == null ? "" : lost.lost(),
                    confidence == null ? "" : confidence.lostInLeastConfident(),
                    likelihood == null ? "" : likelihood.agreementSeparation(),
                    likelihood == null ? "" : likelihood.lostInLeastConfident(),
                    likelihood == null ? "" : likelihood.leastTenth());
            text.append(line(List.of(row.model(), row.row(), row.strategy()), numbers));
        }
        return text;
    }

    private static String line(List<String> names, List<Object> numbers) {
        List<String> cells = new ArrayList<>();
        names.forEach(name -> cells.add(ReadingsFile.quoted(ReadingsFile.escape(name))));
        numbers.forEach(number -> cells.add(number.equals(Double.NaN) ? "" : number.toString()));
        return String.join(",", cells) + '\n';
    }

    private static void write(Path file, CharSequence text) {
        try {
            Files.write(file, Utf8.bytes(text));
        } catch (IOException e) {
            throw new EvaluationDataException("The table cannot be written to '" + file + "': " + e.getMessage(), e);
        }
    }
}
