package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Glimpse's turn with BLIP: a first question about a picture and a further one about the same, unpruned and with cuts in the tower
 * (T), in the text (X) and between them (O), in turns. It uses what an application uses, {@link LoadedModel}.
 */
final class BlipWorker {

    private static final int TOWER_CUT = 4;
    private static final int TEXT_CUT = 1;

    private final Turn turn;
    private final EncoderPrinter printer;
    private final VitWork tower;
    private final CrossTextWork text;
    private int files;

    private enum Place {
        NONE,
        TOWER,
        VISION,
        TEXT
    }

    private record Setting(Place place, double retention) {

        PruningOptions pruning() {
            return switch (place) {
                case NONE -> PruningOptions.builder().enabled(false).build();
                case TOWER -> step("cls-attention", "tower " + TOWER_CUT);
                case VISION -> step("cls-attention", "vision");
                case TEXT -> step("cross-attention", "layer " + TEXT_CUT);
            };
        }

        private PruningOptions step(String strategy, String at) {
            return PruningOptions.builder()
                    .schedule(List.of(PruningStep.builder(strategy)
                            .at(at)
                            .retentionRatio(retention)
                            .build()))
                    .build();
        }

        String label() {
            return switch (place) {
                case NONE -> "";
                case TOWER -> EncoderPrinter.CUT + "T: tower " + TOWER_CUT;
                case VISION -> EncoderPrinter.CUT + "O: vision";
                case TEXT -> EncoderPrinter.CUT + "X: layer " + TEXT_CUT;
            };
        }
    }

    private BlipWorker(Turn turn) throws IOException {
        this.turn = turn;
        this.printer = new EncoderPrinter(turn);
        JsonNode config =
                new ObjectMapper().readTree(Path.of(turn.model(), "config.json").toFile());
        this.tower = VitWork.of(config.path("vision_config"));
        this.text = CrossTextWork.of(config);
    }

    public static void main(String[] arguments) throws IOException {
        new BlipWorker(Turn.parse(arguments[0])).run();
    }

    private void run() throws IOException {
        EngineOptions options = EngineOptions.builder(Path.of(turn.model()))
                .runtime(EncoderRuntime.of(turn))
                .load(EncoderRuntime.load(turn))
                .timeout(Duration.ofHours(1))
                .visionCache(new VisionCacheOptions(64L << 20, Duration.ofHours(1)))
                .build();
        try (LoadedModel model = LoadedModel.load(options)) {
            List<Setting> settings = settings();
            byte[] warm = Files.readAllBytes(Path.of(turn.pictures().get(0)));
            for (Setting setting : settings) {
                model.generate(about(fresh(warm), setting));
            }
            for (int i = 0; i < turn.repeat(); i++) {
                for (String picture : turn.pictures()) {
                    byte[] bytes = Files.readAllBytes(Path.of(picture));
                    for (Setting setting : settings) {
                        ask(model, fresh(bytes), setting);
                    }
                }
            }
            GenerationResult last = model.generate(about(warm, settings.get(0)));
            printer.print("tokens of the question", 0, 0, last.inputTokens() - tower.patches(), "");
            printer.print("first token of the answer", 0, 0, last.tokenIds()[0], "");
            printer.print("resident", 0, 0, Resident.bytes(), "bytes");
        }
    }

    private List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting(Place.NONE, 1));
        for (double retention : turn.retentions()) {
            for (Place place : List.of(Place.TOWER, Place.VISION, Place.TEXT)) {
                settings.add(new Setting(place, retention));
            }
        }
        return settings;
    }

    private GenerationRequest about(byte[] picture, Setting setting) {
        return new GenerationRequest(
                List.of(ChatTurn.user(Turn.QUESTION, picture)),
                setting.pruning(),
                GenerationOptions.builder()
                        .minOutputTokens(turn.outputTokens())
                        .maxOutputTokens(turn.outputTokens())
                        .build());
    }

    /** The same picture in another file: JPEG readers ignore what follows the end, the cache of pictures does not. */
    private byte[] fresh(byte[] picture) {
        byte[] other = Arrays.copyOf(picture, picture.length + Integer.BYTES);
        int number = ++files;
        for (int i = 0; i < Integer.BYTES; i++) {
            other[picture.length + i] = (byte) (number >>> (Byte.SIZE * i));
        }
        return other;
    }

    private void ask(LoadedModel model, byte[] picture, Setting setting) throws IOException {
        GenerationResult first = model.generate(about(picture, setting));
        GenerationResult further = model.generate(about(picture, setting));
        int patches = first.report().imageTokens();
        int kept = first.report().keptTokens();
        String cut = setting.label();
        StageTimings times = first.timings();
        printer.seconds("tower" + cut, patches, kept, times.vision());
        printer.seconds(
                "question and first word" + cut,
                patches,
                kept,
                behindTower(times).minus(times.decoding()));
        printer.seconds("question and answer" + cut, patches, kept, behindTower(times));
        Duration work = times.vision().plus(behindTower(times));
        printer.seconds("tower, question and answer" + cut, patches, kept, work);
        printer.seconds("whole request" + cut, patches, kept, times.images().plus(work));
        Duration again = further.timings().images().plus(further.timings().vision());
        printer.seconds("further question" + cut, patches, kept, again.plus(behindTower(further.timings())));
        if (setting.place() == Place.NONE) {
            printer.seconds("picture, read and resized", patches, kept, times.images());
            return;
        }
        computed(setting.place(), cut, first.inputTokens() - patches, first.tokenIds().length, patches, kept);
    }

    private void computed(Place place, String cut, int words, int answer, int patches, int kept) throws IOException {
        int rows = patches + 1;
        int left = kept + 1;
        int seen = place == Place.TEXT ? rows : left;
        int cutAfter = place == Place.TEXT ? TEXT_CUT : 0;
        double seeing = place == Place.TOWER ? tower.cut(TOWER_CUT, kept) : tower.whole();
        double asked = text.question(words, seen, left, cutAfter);
        double unpruned = text.question(words, rows, rows, 0);
        double asking = asked + text.answer(words, answer);
        double whole = unpruned + text.answer(words, answer);
        if (place == Place.TOWER) {
            printer.print("tower" + cut, patches, kept, seeing / tower.whole(), EncoderPrinter.OPERATIONS);
        }
        printer.print(
                "question and first word" + cut,
                patches,
                kept,
                (asked + text.answer(words, 1)) / (unpruned + text.answer(words, 1)),
                EncoderPrinter.OPERATIONS);
        printer.print("further question" + cut, patches, kept, asking / whole, EncoderPrinter.OPERATIONS);
        printer.print(
                "tower, question and answer" + cut,
                patches,
                kept,
                (seeing + asking) / (tower.whole() + whole),
                EncoderPrinter.OPERATIONS);
    }

    private static Duration behindTower(StageTimings times) {
        return times.prefillBeforeCut()
                .plus(times.pruning())
                .plus(times.prefillAfterCut())
                .plus(times.decoding());
    }
}
