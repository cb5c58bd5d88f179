package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.MaskOverlay;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.GenerationOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages say of the quickstart and of the embedded model that answers it is what they do. */
class PagesTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", "../.."));
    private static final Path EMBEDDED =
            ROOT.resolve("glimpse-langchain4j/src/main/resources/io/github/glimpse/hub/embedded");
    // Those that set something: --help is no option
    private static final Pattern ARGUMENTS =
            Pattern.compile("(?:spring-boot\\.run\\.arguments=\"|\\./glimpse )(--[^\"`\n]*=[^\"`\n]*)[\"`\n]");
    private static final Pattern ARGUMENT = Pattern.compile("--[^\\s=]+=(?:'[^']*'|[^\\s']\\S*)");
    private static final double MEGABYTE = 1e6;

    private static final double THRESHOLD = 0.5;
    private static final double ROUNDING = 0.05;
    private static final int MOST_SETS = 64;

    private static ModelSource model;
    private static ModelSource module;
    private static LoadedModel engine;

    @BeforeAll
    static void load() {
        model = ModelSource.embedded();
        module = ModelSource.embeddedModule();
        engine = LoadedModel.load(EngineOptions.builder(model.directory())
                .module(module.directory())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
    }

    @AfterAll
    static void close() {
        engine.close();
        module.close();
        model.close();
    }

    @ParameterizedTest
    @CsvSource({"What is the total?,overlay-total.png,87.00", "What is the order?,overlay-order.png,Z79"})
    void theReadmesPicturesAreWhatTheQuickstartWrites(String question, String picture, String answer)
            throws IOException {
        assertThat(page("README.md")).contains("*" + question + "*").contains("docs/images/" + picture);
        byte[] receipt = Picture.read(null).bytes();
        GenerationResult result = ask(question, receipt);
        PruningReport.Image seen = result.report().images().get(0);
        RasterImage original = new ImageDecoder(
                        engine.options().imageLimits(), engine.options().transparency())
                .decode(receipt);

        assertThat(result.text()).isEqualTo(answer);
        List<int[]> possible = new ArrayList<>();
        for (BitSet kept : keptOnAnyProcessor(seen)) {
            possible.add(
                    pixels(MaskOverlay.png(original, seen.plan(), kept.stream().toArray())));
        }
        assertThat(possible)
                .as("docs/images/%s; write it anew by the command in examples/tiny-model/README.md", picture)
                .contains(pixels(Files.readAllBytes(ROOT.resolve("docs/images").resolve(picture))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "examples/custom-strategy/README.md", "examples/tiny-model/README.md"})
    void theQuickstartTakesTheArgumentsOfThePages(String page) throws IOException {
        List<String> lists = ARGUMENTS
                .matcher(page(page))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(lists).isNotEmpty();
        for (String list : lists) {
            List<String> arguments = new ArrayList<>();
            Matcher argument = ARGUMENT.matcher(list);
            while (argument.find()) {
                arguments.add(argument.group().replace("'", ""));
            }
            assertThat(String.join(" ", arguments)).as("read in full").isEqualTo(list.replace("'", ""));
            assertThat(QuickstartOptions.parse(arguments.toArray(String[]::new)).question())
                    .isNotEmpty();
        }
    }

    @Test
    void theEmbeddedModelIsAsLargeAsTheReadmeSays() throws IOException {
        Matcher size = Pattern.compile("embedded model has (\\d+) MB").matcher(page("README.md"));

        assertThat(size.find()).isTrue();
        assertThat(Math.round(bytes(EMBEDDED) / MEGABYTE)).isEqualTo(Long.parseLong(size.group(1)));
    }

    private static GenerationResult ask(String question, byte[] picture) {
        return engine.generate(new GenerationRequest(
                List.of(ChatTurn.user(question, picture)),
                PruningOptions.builder().strategy(PruningOptions.GLIMPSE).build(),
                GenerationOptions.defaults()));
    }

    /** What was kept, with and without the tokens that the rounding of another processor's bfloat16 may decide otherwise. */
    private static List<BitSet> keptOnAnyProcessor(PruningReport.Image seen) {
        BitSet kept = new BitSet();
        for (int token : seen.kept()) {
            kept.set(token);
        }
        List<BitSet> sets = new ArrayList<>(List.of(kept));
        float[] probabilities = Objects.requireNonNull(seen.probabilities());
        for (int token = 0; token < probabilities.length; token++) {
            if (Math.abs(probabilities[token] - THRESHOLD) < ROUNDING) {
                for (BitSet set : List.copyOf(sets)) {
                    BitSet other = (BitSet) set.clone();
                    other.flip(token);
                    sets.add(other);
                }
            }
        }
        assertThat(sets).as("few tokens are undecided").hasSizeLessThanOrEqualTo(MOST_SETS);
        return sets;
    }

    private static String page(String name) throws IOException {
        return Files.readString(ROOT.resolve(name));
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static int[] pixels(byte[] png) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }
}
