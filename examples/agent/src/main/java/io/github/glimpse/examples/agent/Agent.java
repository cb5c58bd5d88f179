package io.github.glimpse.examples.agent;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.ToolOptions;
import io.github.glimpse.chat.ToolsMode;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.TurnCare;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Asks one question about a picture, with tools. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Asks a question about a picture; the model may call tools, and each step is printed.")
final class Agent implements Callable<Integer> {

    @Option(names = "--model", description = "Folder, classpath: or hf:owner/name; the embedded model if not set")
    private @Nullable String location;

    @Option(names = "--module", description = "Glimpse module of the model, in the same forms")
    private @Nullable String module;

    @Option(names = "--image", description = "Picture file; a drawn receipt if not set")
    private @Nullable Path image;

    @Option(names = "--question", defaultValue = "What is the total?", description = "What to ask")
    private String question = "";

    @Option(
            names = "--required",
            description = "Of the first steps, how many have to call a tool; 1 for the embedded model, else 0")
    private @Nullable Integer required;

    @Option(names = "--steps", defaultValue = "8", description = "Most steps")
    private int steps;

    @Option(names = "--profile", description = "Pruning profile of the turns, such as bold or careful")
    private @Nullable String profile;

    @Option(names = "--image-budget", description = "Most image tokens of all pictures together")
    private @Nullable Integer imageBudget;

    @Option(names = "--least-confidence", description = "Answer again with less pruning before a less sure call")
    private @Nullable Double leastConfidence;

    @Option(names = "--max-output-tokens", defaultValue = "256", description = "Most tokens of an answer")
    private int maxOutputTokens;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    private Agent() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /** Runs the command; errors in what the user gave are a line, not a stack trace. */
    static int run(PrintWriter out, PrintWriter errors, String... arguments) {
        return new CommandLine(new Agent())
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
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        ImageContent picture = picture();
        boolean embedded = location == null;
        try (ModelSource source = ModelSource.openOrEmbedded(location);
                @Nullable ModelSource glimpse = ModelSource.openModuleFor(location, module);
                LoadedModel engine = LoadedModel.load(EngineOptions.builder(source.directory())
                        .name(source.name())
                        .module(glimpse == null ? null : glimpse.directory())
                        .build())) {
            out.println("Model     " + engine.name());
            if (embedded) {
                out.println(
                        "          The embedded model was trained to call zoom only: a demanded call is made valid by"
                                + " the mask alone.");
            }
            Desk desk = new Desk();
            int first = required != null ? required : embedded ? 1 : 0;
            var unused = new AgentLoop(model(engine), new Toolbox(desk), out, steps, first)
                    .run(UserMessage.from(TextContent.from(question), picture));
            desk.notes().forEach(note -> out.println("Noted     " + note));
        }
        return ExitCode.OK;
    }

    private ChatModel model(LoadedModel engine) {
        return GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(maxOutputTokens)
                        .build())
                .tools(new ToolOptions(
                        ToolsMode.AUTO,
                        true,
                        false,
                        ToolOptions.DEFAULT_MAX_CALLS,
                        profile,
                        new TurnCare(imageBudget, leastConfidence)))
                .build();
    }

    private ImageContent picture() throws IOException {
        if (image != null) {
            return content(bytes(image), image.toString());
        }
        try (InputStream receipt = Objects.requireNonNull(Agent.class.getResourceAsStream("/receipt.png"))) {
            return content(receipt.readAllBytes(), "receipt.png");
        }
    }

    /** Bytes of an image file, of which the header is read before the model is loaded. */
    private static byte[] bytes(Path file) throws IOException {
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            throw new IllegalArgumentException("The image '" + file + "' ("
                    + file.toAbsolutePath().normalize() + ") is no file that can be read; check --image");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            var unused = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE).readSize(bytes);
        } catch (GlimpseException e) {
            throw new IllegalArgumentException(
                    "The file '" + file + "' is no image that can be read: " + e.getMessage(), e);
        }
        return bytes;
    }

    private static ImageContent content(byte[] bytes, String name) {
        String end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return ImageContent.from(
                Base64.getEncoder().encodeToString(bytes), "image/" + (end.equals("jpg") ? "jpeg" : end));
    }
}
