package io.github.glimpse.examples.extract;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.service.output.JsonSchemas;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Reads a record from each picture of a folder. */
@Command(
        name = "extract",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Reads a record from each picture of a folder, as JSON lines and CSV, with the confidence of each field.")
final class Extract implements Callable<Integer> {

    private static final int SHOWN = 60;

    @Parameters(paramLabel = "FOLDER", description = "Folder of images; other files become rows with an error")
    private Path folder = Path.of(".");

    @Option(
            names = "--type",
            description = "Java record or class on the class path; Receipt of this example if not set")
    private @Nullable String type;

    @Option(names = "--schema", description = "JSON schema file, instead of a type")
    private @Nullable Path schema;

    @Option(
            names = "--question",
            defaultValue = "Read the document.",
            description = "Question or instruction for each image")
    private String question = "";

    @Option(
            names = "--json-lines",
            defaultValue = "records.jsonl",
            description = "Rows; files that it has already are skipped, and rows of another type are refused")
    private Path lines = Path.of("records.jsonl");

    @Option(names = "--csv", defaultValue = "records.csv", description = "Table of all rows")
    private Path table = Path.of("records.csv");

    @Option(names = "--again", description = "Delete the rows of earlier runs first")
    private boolean again;

    @Option(names = "--model", description = "Folder, classpath: or hf:owner/name; the embedded model if not set")
    private @Nullable String location;

    @Option(names = "--module", description = "Glimpse module of the model, in the same forms")
    private @Nullable String module;

    @Option(names = "--profile", description = "Pruning profile, such as bold, careful or off")
    private @Nullable String profile;

    @Option(names = "--max-output-tokens", defaultValue = "256", description = "Most tokens of a record")
    private int maxOutputTokens;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    private Extract() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /** Runs the command; errors in what the user gave are a line, not a stack trace. */
    static int run(PrintWriter out, PrintWriter errors, String... arguments) {
        return new CommandLine(new Extract())
                .setOut(out)
                .setErr(errors)
                .setParameterExceptionHandler((e, given) -> {
                    CommandLine command = e.getCommandLine();
                    command.getErr().println(e.getMessage() + ". --help lists the options.");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((e, command, result) -> {
                    if (e instanceof GlimpseException
                            || e instanceof LangChain4jException
                            || e instanceof IllegalArgumentException
                            || e instanceof IOException) {
                        command.getErr().println(e.getMessage());
                        return command.getCommandSpec().exitCodeOnExecutionException();
                    }
                    throw e;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        JsonSchema wanted = wanted();
        List<Path> pictures = pictures();
        RowFiles files = new RowFiles(lines, table);
        if (again) {
            Files.deleteIfExists(lines);
        }
        String fingerprint = RecordSchema.fingerprint(wanted, settings());
        List<Row> rows = new ArrayList<>(files.read());
        requireSame(fingerprint, rows);
        Set<String> done = new HashSet<>(rows.stream().map(Row::file).toList());
        try (ModelSource source = ModelSource.openOrEmbedded(location);
                @Nullable ModelSource glimpse = ModelSource.openModuleFor(location, module);
                LoadedModel engine = LoadedModel.load(EngineOptions.builder(source.directory())
                        .name(source.name())
                        .module(glimpse == null ? null : glimpse.directory())
                        .build())) {
            out().println("Model     " + engine.name());
            GlimpseChatModel model = model(engine, wanted);
            List<String> untrained = schema == null ? model.untrainedFields(wanted) : List.of();
            if (!untrained.isEmpty()) {
                out().println("          The model was not trained to write " + String.join(", ", untrained)
                        + " as JSON: expect wrong values there.");
            }
            Extraction extraction = new Extraction(model, question, fingerprint);
            for (Path picture : pictures) {
                if (!done.contains(String.valueOf(picture.getFileName()))) {
                    Row row = extraction.read(picture);
                    files.add(row);
                    rows.add(row);
                    out().println(told(row));
                }
            }
        }
        files.writeTable(rows);
        long failed = rows.stream().filter(row -> row.error() != null).count();
        out().println(rows.size() + " rows, " + failed + " of them with an error: " + lines + ", " + table);
        return ExitCode.OK;
    }

    /** All that the values of a row depend on beside the schema. */
    private List<String> settings() {
        return List.of(question, String.valueOf(location), String.valueOf(module), String.valueOf(profile));
    }

    private void requireSame(String fingerprint, List<Row> rows) {
        List<String> others = rows.stream()
                .map(row -> Objects.requireNonNullElse(row.extraction(), "an older version"))
                .filter(other -> !other.equals(fingerprint))
                .distinct()
                .toList();
        if (!others.isEmpty()) {
            throw new ParameterException(
                    spec().commandLine(),
                    "'" + lines + "' has rows of " + String.join(", ", others) + ", and this run makes rows of "
                            + fingerprint
                            + ": the type, the question, the model or the profile is another. Add --again to"
                            + " replace them, or name another file with --json-lines");
        }
    }

    private GlimpseChatModel model(LoadedModel engine, JsonSchema wanted) {
        return GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(wanted)
                                .build())
                        .maxOutputTokens(maxOutputTokens)
                        .profile(profile)
                        .build())
                .build();
    }

    private JsonSchema wanted() throws IOException {
        if (schema != null && type != null) {
            throw new ParameterException(spec().commandLine(), "Give --type or --schema, not both");
        }
        if (schema != null) {
            if (!Files.isReadable(schema) || !Files.isRegularFile(schema)) {
                throw new ParameterException(
                        spec().commandLine(),
                        "The schema '" + schema + "' ("
                                + schema.toAbsolutePath().normalize()
                                + ") is no file that can be read; check --schema");
            }
            return JsonSchema.builder()
                    .name("record")
                    .rootElement(JsonRawSchema.from(Files.readString(schema, StandardCharsets.UTF_8)))
                    .build();
        }
        String name = type == null ? Receipt.class.getName() : type;
        try {
            return JsonSchemas.jsonSchemaFrom(Class.forName(name))
                    .map(RecordSchema::nullable)
                    .orElseThrow(() -> new ParameterException(
                            spec().commandLine(), "The type '" + name + "' has no fields; name a record or a class"));
        } catch (ClassNotFoundException e) {
            throw new ParameterException(spec().commandLine(), "The type '" + name + "' is not on the class path", e);
        }
    }

    private List<Path> pictures() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "'" + folder + "' ("
                            + folder.toAbsolutePath().normalize()
                            + ") is no folder; give the folder of your images");
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(Files::isRegularFile)
                    .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .filter(file -> !isSame(file, lines) && !isSame(file, table))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isSame(Path file, Path other) {
        return file.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }

    private static String told(Row row) {
        if (row.error() != null) {
            return row.file() + "  " + row.error();
        }
        String values = row.values().entrySet().stream()
                .map(value ->
                        told(value.getKey(), value.getValue(), row.confidence().get(value.getKey())))
                .collect(Collectors.joining(", "));
        return row.file() + "  " + values + (row.truncated() ? ", truncated" : "")
                + String.format(Locale.ROOT, "  kept %.0f %%", 100 * Objects.requireNonNullElse(row.kept(), 1.0));
    }

    private static String told(String place, String value, @Nullable Double confidence) {
        String name = place.isEmpty() ? "value" : place.substring(1);
        String shown = value.isEmpty() ? "null" : value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
        String mark = confidence == null ? "" : AnswerLikelihood.mark(confidence);
        return name + "=" + shown + " " + (mark.isEmpty() ? String.format(Locale.ROOT, "(%.3f)", confidence) : mark);
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private CommandLine.Model.CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }
}
