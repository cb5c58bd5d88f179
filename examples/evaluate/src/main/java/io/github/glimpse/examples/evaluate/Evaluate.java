package io.github.glimpse.examples.evaluate;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.eval.DataOptions;
import io.github.glimpse.eval.EvaluationRow;
import io.github.glimpse.eval.EvaluationRun;
import io.github.glimpse.eval.EvaluationSet;
import io.github.glimpse.eval.EvaluationSummary;
import io.github.glimpse.eval.HtmlReport;
import io.github.glimpse.eval.Reading;
import io.github.glimpse.eval.RowFigures;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.image.PictureFolder;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Asks the questions of a set with every strategy that the model allows, prints a line per row and writes the report. Killed and
 * started again with the same arguments it goes on.
 */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures what pruning costs and gains, by strategy and share of image tokens.")
final class Evaluate implements Callable<Integer> {

    private static final int HELD_OUT_OUTPUT_TOKENS = 12;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--model",
            split = ",",
            description =
                    "Models as folders, classpath: or hf:owner/name, the embedded one if not set; the glimpse module in"
                            + " the folder 'glimpse' of each")
    private List<String> models = List.of();

    @Option(names = "--module", split = ",", description = "Glimpse modules, one for each model, if they lie elsewhere")
    private List<String> modules = List.of();

    @Option(
            names = "--data",
            description =
                    "Questions as .jsonl, .json, .tsv or .parquet; without it the drawings that the embedded model"
                            + " never saw")
    private @Nullable Path data;

    @Option(names = "--pictures", description = "Folder of the pictures that the data name; else the data file's")
    private @Nullable Path pictures;

    @Option(names = "--pictures-anywhere", description = "Allow pictures outside of that folder")
    private boolean anywhere;

    @Option(
            names = "--metric",
            defaultValue = DataOptions.DEFAULT_METRIC,
            description = "For questions that name none: exact, contains, vqa, vqa-simple, anls, relaxed, pope, choice")
    private String metric = DataOptions.DEFAULT_METRIC;

    @Option(
            names = "--split",
            defaultValue = "",
            description = "Take this split of the data; of the drawings test, or validation to choose settings by")
    private String split = "";

    @Option(
            names = "--faces",
            defaultValue = "SEEN",
            description = "Type faces of the drawings: ${COMPLETION-CANDIDATES}")
    private FacePool faces = FacePool.SEEN;

    @Option(names = "--questions", defaultValue = "500", description = "Most questions")
    private int questions;

    @Option(
            names = "--strategies",
            split = ",",
            description = "Strategies to compare, or auto for the profile; all that are known if not set")
    private List<String> strategies = List.of();

    @Option(
            names = "--curves",
            split = ",",
            defaultValue = "glimpse,grid,div-prune,fastv",
            description = "Strategies that are measured at the shares of --retentions too")
    private List<String> curves = List.of();

    @Option(
            names = "--retentions",
            split = ",",
            defaultValue = "0.05,0.111,0.2,0.333",
            description = "Shares of the image tokens")
    private List<Double> retentions = List.of();

    @Option(names = "--max-output-tokens", defaultValue = "64", description = "Longest answer to questions of --data")
    private int maxOutputTokens;

    @Option(
            names = "--workers",
            description =
                    "Questions at once, each on one thread; as many as there are processors for the embedded model, else"
                            + " one on all threads")
    private @Nullable Integer workers;

    @Option(
            names = "--weights",
            defaultValue = "AUTO",
            description = "How weights lie in memory: ${COMPLETION-CANDIDATES}")
    private WeightFormat weights = WeightFormat.AUTO;

    @Option(names = "--output", defaultValue = "target/evaluate", description = "Folder of answers, table and report")
    private Path output = Path.of("target/evaluate");

    private Evaluate() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /** Runs the command; errors in what the user gave are a line, not a stack trace. */
    static int run(PrintWriter out, PrintWriter errors, String... arguments) {
        return new CommandLine(new Evaluate())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(errors)
                .setExecutionExceptionHandler((e, command, result) -> {
                    if (e instanceof GlimpseException) {
                        command.getErr().println(e.getMessage());
                        return command.getCommandSpec().exitCodeOnExecutionException();
                    }
                    throw e;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() {
        if (!modules.isEmpty() && modules.size() != models.size()) {
            throw new ParameterException(
                    spec().commandLine(),
                    "Give a module for each model or for none: there are " + models.size() + " models and "
                            + modules.size() + " modules");
        }
        int standard = models.isEmpty() ? Runtime.getRuntime().availableProcessors() : 1;
        int atOnce = workers == null ? standard : workers;
        EvaluationSet set = set();
        try (Models opened =
                Models.open(models, modules, atOnce == 1 ? RuntimeOptions.DEFAULT_THREADS : 1, atOnce, weights)) {
            List<EvaluationRow> rows = new Grid(names(opened.engines()), curves, retentions).rows();
            EvaluationRun run = EvaluationRun.builder(set, rows, output.resolve("answers.csv"))
                    .generation(GenerationOptions.builder()
                            .maxOutputTokens(data == null ? HELD_OUT_OUTPUT_TOKENS : maxOutputTokens)
                            .build())
                    .workers(atOnce)
                    .build();
            List<Reading> readings = new ArrayList<>();
            for (EngineOptions options : opened.engines()) {
                try (LoadedModel model = LoadedModel.load(options)) {
                    readings.addAll(run.ask(model.name(), model));
                }
            }
            report(set, rows, run, readings);
        }
        return CommandLine.ExitCode.OK;
    }

    private void report(EvaluationSet set, List<EvaluationRow> rows, EvaluationRun run, List<Reading> readings) {
        EvaluationSummary summary = EvaluationSummary.of(readings, rows);
        Path html = output.resolve("report.html");
        summary.writeCsv(output.resolve("table.csv"));
        summary.writeFloorsCsv(output.resolve("floors.csv"));
        HtmlReport.write(html, summary, readings, set, run.skipped());
        PrintWriter out = spec().commandLine().getOut();
        run.skipped().forEach(row -> out.println("skipped=" + row.row() + " reason=" + row.reason()));
        String model = "";
        for (var row : summary.rows()) {
            if (models.size() > 1 && !row.model().equals(model)) {
                model = row.model();
                out.println("model=" + model);
            }
            out.println(row.line());
        }
        Stream.<Function<RowFigures, Optional<String>>>of(RowFigures::confidenceLine, RowFigures::likelihoodLine)
                .flatMap(figure -> summary.rows().stream().map(row -> figure.apply(row)
                        .map(line -> (models.size() > 1 ? "model=" + row.model() + " " : "") + line)))
                .flatMap(Optional::stream)
                .forEach(out::println);
        out.println("report=" + html.toAbsolutePath().normalize());
    }

    private EvaluationSet set() {
        Path file = data;
        if (file == null) {
            return HeldOut.questions(questions, drawn(), faces);
        }
        Path folder = pictures == null ? file.resolveSibling("") : pictures;
        PictureFolder.Outside outside = anywhere ? PictureFolder.Outside.ALLOWED : PictureFolder.Outside.REFUSED;
        DataOptions options = DataOptions.below(folder)
                .withMetric(metric)
                .withSplit(split)
                .withPictures(new PictureFolder(folder, PictureFolder.of(folder).maxBytes(), outside));
        boolean parquet = file.toString().toLowerCase(Locale.ROOT).endsWith(".parquet");
        EvaluationSet set = parquet ? ParquetData.read(file, options) : EvaluationSet.read(file, options);
        return set.first(questions);
    }

    private Split drawn() {
        return switch (split) {
            case "", "test" -> Split.TEST;
            case "validation" -> Split.VALIDATION;
            default ->
                throw new ParameterException(
                        spec().commandLine(),
                        "--split is '" + split + "', and of the drawings there are test and validation");
        };
    }

    /** Without a module there is no glimpse to take the counts from, so the others are compared at given shares. */
    private List<String> names(List<EngineOptions> engines) {
        if (!strategies.isEmpty()) {
            return strategies;
        }
        boolean glimpse = engines.stream().allMatch(options -> options.module() != null);
        Stream<String> known = PruningStrategies.discover(List.of()).names().stream()
                .filter(name ->
                        glimpse || !Set.of(PruningOptions.GLIMPSE, Grid.FOVEATE).contains(name));
        return Stream.concat(known, Stream.of(Grid.AUTO)).toList();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("The command line sets it before it calls");
        }
        return spec;
    }
}
