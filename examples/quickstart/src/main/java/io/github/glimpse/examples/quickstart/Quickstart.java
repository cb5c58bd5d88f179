package io.github.glimpse.examples.quickstart;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.MaskOverlay;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.prune.PruningReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Asks one question, prints the answer while it is made, and then what was kept and how long it took. */
@Component
final class Quickstart {

    private final PictureAssistant assistant;
    private final LoadedModel engine;
    private final Environment environment;

    Quickstart(PictureAssistant assistant, LoadedModel engine, Environment environment) {
        this.assistant = assistant;
        this.engine = engine;
        this.environment = environment;
    }

    /**
     * Asks and prints.
     *
     * @throws QuickstartException if the model refuses the request or the overlay cannot be written
     */
    void ask(QuickstartOptions options, Picture picture, PrintStream out) {
        out.println("Model     " + engine.name() + " (" + engine.family() + ", " + engine.dtypeName() + ", "
                + engine.deviceName() + ")");
        if (!environment.containsProperty(QuickstartOptions.LOCATION)) {
            out.println(
                    "          The embedded model reads drawn pages only, no photos and no scans; run a real one with"
                            + " --model=DIRECTORY --module=DIRECTORY (docs/guide/models.md).");
        }
        out.println("Picture   " + picture.name());
        out.println("Question  " + options.question());
        out.print("Answer    ");
        out.flush();
        ChatResponse response = stream(options.question(), picture, out);
        GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
        PruningReport pruning = requireNonNull(metadata.pruning());
        out.println();
        out.printf(
                Locale.ROOT,
                "kept %d of %d image tokens (%d %%)%n",
                pruning.keptTokens(),
                pruning.imageTokens(),
                Math.round(100 * pruning.retention()));
        AnswerLikelihood likelihood = metadata.likelihood();
        if (likelihood != null) {
            out.printf(
                    Locale.ROOT,
                    "Likely    %.3f in the mean, %.3f the least likely token of the answer%n",
                    likelihood.meanProbability(),
                    likelihood.leastProbability());
        }
        print(requireNonNull(metadata.timings()), out);
        PruningReport.Image seen = pruning.images().get(0);
        RasterImage original = decode(picture);
        String shrunk = Shrinking.of(original, seen.plan());
        if (shrunk != null) {
            out.println("Shrunk    " + shrunk);
        }
        out.println("Overlay   " + overlay(seen, original, options.overlay()));
    }

    private ChatResponse stream(String question, Picture picture, PrintStream out) {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        try {
            assistant
                    .answer(question, picture.content())
                    .onPartialResponse(piece -> {
                        out.print(printable(piece));
                        out.flush();
                    })
                    .onCompleteResponse(answer::complete)
                    .onError(answer::completeExceptionally)
                    .start();
            ChatResponse response = answer.join();
            out.print(mark(response));
            return response;
        } catch (LangChain4jException e) {
            throw refused(e);
        } catch (CompletionException e) {
            if (e.getCause() instanceof LangChain4jException known) {
                throw refused(known);
            }
            throw e;
        } finally {
            out.println();
        }
    }

    /** The mark of an answer with a token that was unlikely. */
    private static String mark(ChatResponse response) {
        AnswerLikelihood likelihood = ((GlimpseChatResponseMetadata) response.metadata()).likelihood();
        return likelihood == null || likelihood.mark().isEmpty() ? "" : "   " + likelihood.mark();
    }

    private static void print(StageTimings timings, PrintStream out) {
        out.println("Timings   images            " + time(timings.images()));
        out.println("          vision tower      " + time(timings.vision()));
        out.println("          layers before cut " + time(timings.prefillBeforeCut()));
        out.println("          pruning           " + time(timings.pruning()));
        out.println("          layers after cut  " + time(timings.prefillAfterCut()));
        out.println("          first token after " + time(timings.toFirstToken()));
        out.println("          other tokens      " + time(timings.decoding()));
    }

    private static String time(Duration duration) {
        return String.format(Locale.ROOT, "%9.1f ms", duration.toNanos() / 1e6);
    }

    private RasterImage decode(Picture picture) {
        EngineOptions options = engine.options();
        return new ImageDecoder(options.imageLimits(), options.transparency()).decode(picture.bytes());
    }

    /** Draws on the original what was kept, and writes it as a PNG. */
    private static Path overlay(PruningReport.Image image, RasterImage original, Path file) {
        Path target = file.toAbsolutePath().normalize();
        try {
            Files.createDirectories(requireNonNull(target.getParent()));
            Files.write(target, MaskOverlay.png(original, image.plan(), image.kept()));
            return target;
        } catch (IOException e) {
            throw new QuickstartException(
                    "The overlay '" + target + "' cannot be written (" + e + "); check --overlay", e);
        }
    }

    private static QuickstartException refused(LangChain4jException cause) {
        return new QuickstartException("The question could not be answered: " + cause.getMessage(), cause);
    }

    /** Without control characters, which would move the cursor or worse. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
    }
}
