package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.DecoderReading;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.prune.EvidenceRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was seen on the way and is kept for steps to come: all images joined, tokens that are alive only. After each cut it is
 * gathered to what is left. Belongs to the request.
 */
final class SeenEvidence {

    private final DecoderReading reading;
    private final TensorScope scope;
    private final Map<Integer, NDArray> visionTaps = new HashMap<>();
    private final Map<EvidenceRequest, NDArray> values = new HashMap<>();
    private final Map<ScoreForm, Map<Integer, NDArray>> attention = new HashMap<>();

    SeenEvidence(DecoderReading reading, TensorScope scope) {
        this.reading = reading;
        this.scope = scope;
    }

    /**
     * Takes what the tower told, for layer steps to come.
     *
     * @param needs what those steps ask for
     * @param pictures by image
     * @param kept by image the places that are alive among those that the tower saw, null where all are
     */
    void takeTower(
            List<EvidenceRequest> needs, List<VisionFeatures> pictures, List<int[]> kept, TowerAbilities abilities) {
        for (EvidenceRequest need : needs) {
            if (need instanceof EvidenceRequest.VisionTaps taps) {
                taps.layers()
                        .forEach(layer -> visionTaps.computeIfAbsent(
                                layer,
                                key -> joined(pictures, kept, 0, picture -> picture.taps()
                                        .get(key))));
            } else if (isOfTower(need)) {
                int axis = TowerEvidence.tokenAxis(need);
                values.put(need, joined(pictures, kept, axis, picture -> TowerEvidence.of(need, picture, abilities)));
            }
        }
    }

    private static boolean isOfTower(EvidenceRequest need) {
        return need instanceof EvidenceRequest.TowerCls
                || need instanceof EvidenceRequest.TowerReceived
                || need instanceof EvidenceRequest.TowerKeys;
    }

    private NDArray joined(
            List<VisionFeatures> pictures,
            List<int[]> kept,
            int axis,
            Function<VisionFeatures, @Nullable NDArray> part) {
        NDList parts = new NDList();
        for (int i = 0; i < pictures.size(); i++) {
            NDArray whole = Objects.requireNonNull(part.apply(pictures.get(i)));
            boolean isWhole = kept.get(i).length == whole.getShape().get(axis);
            parts.add(isWhole ? whole : reading.pick(whole, kept.get(i), axis, scope));
        }
        return parts.size() == 1 ? parts.get(0) : reading.join(parts, axis, scope);
    }

    /** Takes rows of the language model's input, {@code [alive, hidden]} float32, if a step to come asks for them. */
    void takeRows(List<EvidenceRequest> needs, NDArray rows) {
        for (EvidenceRequest need : needs) {
            if (isOfRows(need)) {
                values.put(need, rows);
            }
        }
    }

    /** Whether it is about rows of the language model's input. */
    static boolean isOfRows(EvidenceRequest need) {
        return need instanceof EvidenceRequest.ImageRows || need instanceof EvidenceRequest.EnteredRows;
    }

    /** Takes attention of a layer: {@code [alive, heads]}. */
    void takeAttention(int layer, ScoreForm form, NDArray rows) {
        attention.computeIfAbsent(form, key -> new HashMap<>()).put(layer, rows);
    }

    /** What a cut keeps of it. */
    void gather(int[] kept) {
        visionTaps.replaceAll((layer, rows) -> reading.pick(rows, kept, 0, scope));
        attention.values().forEach(byLayer -> byLayer.replaceAll((layer, rows) -> reading.pick(rows, kept, 0, scope)));
        values.replaceAll((need, rows) -> {
            if (need instanceof EvidenceRequest.EnteredRows) {
                return rows;
            }
            return reading.pick(rows, kept, TowerEvidence.tokenAxis(need), scope);
        });
    }

    /** Attention of a layer: {@code [alive, heads]}. */
    NDArray attention(int layer, ScoreForm form) {
        return Objects.requireNonNull(attention.getOrDefault(form, Map.of()).get(layer));
    }

    /** Rows of a tower layer: {@code [alive, visionHidden]}. */
    NDArray visionTap(int layer) {
        return Objects.requireNonNull(visionTaps.get(layer));
    }

    /** The value of any other request that was taken. */
    NDArray value(EvidenceRequest need) {
        return Objects.requireNonNull(values.get(need));
    }
}
