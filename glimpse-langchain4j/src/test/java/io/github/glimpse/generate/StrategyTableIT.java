package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.PatchReport;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The guide's table of every strategy on every kind of model: each cell is a run of a small model of that kind. A strategy that works
 * has dropped or mixed something; one that does not is refused with the value that the model cannot give.
 *
 * <p>{@code -Dglimpse.docs=write} makes the table anew.
 */
class StrategyTableIT {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));
    private static final Path GUIDE = ROOT.resolve("docs/guide/pruning.md");
    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final String BEGIN = "<!-- table of strategies and models, made by StrategyTableIT -->\n";
    private static final String END = "<!-- end of the table -->\n";
    private static final Pattern NAMED = Pattern.compile("\\((\\w+)\\)");
    private static final double PART = 0.3;
    private static final Set<String> OWN_COUNT = Set.of("glimpse", "foveate", "pixel-prune", "pru-merge");

    private static final List<String> MODELS =
            List.of("Qwen2.5-VL", "LLaVA-1.5", "LLaVA-NeXT", "LLaVA-OneVision", "SmolVLM", "BLIP", "CLIP", "SigLIP");

    private static final Set<String> OVER_TIME = Set.of("evs", "vidcom2");

    private static final Set<String> KINDS = Arrays.stream(EvidenceRequest.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.toSet());

    /** Whether a strategy took something away. */
    private interface Model extends AutoCloseable {

        boolean prunes(PruningOptions pruning);

        @Override
        void close();
    }

    @Thorough
    @TestCategory.Reference
    @Test
    void theGuideTellsWhichStrategyWorksOnWhichModel() throws IOException {
        Map<String, Map<String, String>> cells = new LinkedHashMap<>();
        for (String model : MODELS) {
            try (Model loaded = load(model)) {
                for (String name : PruningStrategies.discover(List.of()).names()) {
                    if (!name.equals(PruningOptions.NONE)) {
                        cells.computeIfAbsent(name, row -> new LinkedHashMap<>())
                                .put(model, cell(loaded, name));
                    }
                }
            }
        }
        String table = markdown(cells);
        String page = Files.readString(GUIDE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        if (System.getProperty("glimpse.docs", "").equals("write")) {
            Files.writeString(GUIDE, page.substring(0, from) + table + page.substring(to));
            return;
        }
        assertThat(page.substring(from, to)).isEqualTo(table);
    }

    @Test
    void theReadmeTellsHowManyStrategiesThereAre() throws IOException {
        int others = PruningStrategies.discover(List.of()).names().size() - 1;

        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains("| `glimpse`, `none` or one of [" + others + " others](docs/guide/pruning.md)");
    }

    private static String cell(Model model, String name) {
        PruningOptions.Builder options = PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(name).build()))
                .minTokens(1);
        if (OWN_COUNT.contains(name)) {
            options.maxRetentionRatio(PART);
        } else {
            options.retentionRatio(PART);
        }
        try {
            assertThat(model.prunes(options.build())).as(name).isTrue();
            return "yes";
        } catch (GlimpseException | IllegalArgumentException e) {
            return reason(String.valueOf(e.getMessage()));
        }
    }

    /** Which value is not there, or, of a strategy that makes the picture smaller or needs a module, what else. */
    private static String reason(String message) {
        Matcher named = NAMED.matcher(message);
        while (named.find()) {
            if (KINDS.contains(named.group(1))) {
                return "no `" + named.group(1) + "`";
            }
        }
        if (message.contains("same number of tokens") || message.contains("fixed number of patches")) {
            return "pictures of one size";
        }
        if (message.contains("takes no videos")) {
            return "no videos";
        }
        if (message.contains("one more row of the tower")) {
            return "no row that is no token";
        }
        if (message.contains("kind 'tiles'")) {
            return "not on tiles";
        }
        if (message.contains("needs a glimpse module")) {
            return "with a module of one's own";
        }
        throw new AssertionError("A refusal names no value: " + message);
    }

    private static String markdown(Map<String, Map<String, String>> cells) {
        List<String> lines = new ArrayList<>();
        List<String> models = List.copyOf(cells.values().iterator().next().keySet());
        lines.add("| strategy | " + String.join(" | ", models) + " |");
        lines.add("|---|" + "---|".repeat(models.size()));
        cells.forEach((name, row) -> lines.add("| `" + name + "` | " + String.join(" | ", row.values()) + " |"));
        return String.join("\n", lines) + "\n";
    }

    private static Model load(String model) throws IOException {
        return switch (model) {
            case "Qwen2.5-VL" -> answering("qwen2_5_vl-tiny", "glimpse");
            case "LLaVA-1.5" -> answering("llava-1_5-tiny", "glimpse");
            case "LLaVA-NeXT" -> answering("llava_next-tiny", null);
            case "LLaVA-OneVision" -> answering("llava_onevision-tiny", null);
            case "SmolVLM" -> answering("smolvlm-tiny", null);
            case "BLIP" -> answering("blip-tiny-caption", "glimpse-token");
            case "CLIP" -> vectors("clip-tiny");
            default -> vectors("siglip-tiny");
        };
    }

    private static Model answering(String folder, @Nullable String module) throws IOException {
        byte[] file = Files.readAllBytes(Path.of("../examples/quickstart/src/main/resources/receipt.png"));
        ChatTurn picture = ChatTurn.user("What is the total?", file);
        ChatTurn video = new ChatTurn(
                ChatTurn.Role.USER,
                List.of(
                        new ChatTurn.Video(
                                List.of(file, file, file, file, file, file, file, file),
                                new VideoTimes(List.of(0, 1, 2, 3, 4, 5, 6, 7), 2, 8)),
                        new ChatTurn.Text("What is the total?")));
        Path root = FIXTURES.resolve(folder);
        LoadedModel loaded = LoadedModel.load(EngineOptions.builder(root.resolve("model"))
                .module(module == null ? null : root.resolve(module))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
        return new Model() {
            @Override
            public boolean prunes(PruningOptions pruning) {
                GenerationResult result = loaded.generate(new GenerationRequest(
                        List.of(isOverTime(pruning) ? video : picture),
                        pruning,
                        GenerationOptions.builder().maxOutputTokens(1).build()));
                return result.report().keptTokens() < result.report().imageTokens();
            }

            @Override
            public void close() {
                loaded.close();
            }
        };
    }

    private static boolean isOverTime(PruningOptions pruning) {
        return Objects.requireNonNull(pruning.schedule()).stream()
                .anyMatch(step -> OVER_TIME.contains(step.strategy()));
    }

    private static Model vectors(String folder) throws IOException {
        byte[] picture = Files.readAllBytes(Path.of("../examples/quickstart/src/main/resources/receipt.png"));
        EmbeddingEngine engine = EmbeddingEngine.load(
                EmbeddingOptions.builder(FIXTURES.resolve(folder).resolve("model"))
                        .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .build());
        return new Model() {
            @Override
            public boolean prunes(PruningOptions pruning) {
                PatchReport report = engine.match(List.of(picture), List.of("a receipt"), pruning)
                        .report();
                return report.keptPatches() < report.patches();
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }
}
