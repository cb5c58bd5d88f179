package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceRequest.TowerKeys;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds what a strategy asks of the tower's attention among what the tower told. */
final class TowerEvidence {

    private TowerEvidence() {}

    /** The value of a request, or null if it is not about the tower's attention. */
    static @Nullable NDArray of(EvidenceRequest request, VisionFeatures features, TowerAbilities abilities) {
        if (request instanceof TowerCls cls) {
            return at(
                    switch (cls.heads()) {
                        case EACH -> features.cls();
                        case JOINED -> features.joinedCls();
                    },
                    abilities.block(cls.block()));
        }
        if (request instanceof TowerReceived received) {
            return at(
                    switch (received.from()) {
                        case ALL -> features.received();
                        case OTHER_PATCHES -> features.receivedFromOthers();
                    },
                    abilities.block(received.block()));
        }
        return request instanceof TowerKeys keys ? at(features.keys(), abilities.block(keys.block())) : null;
    }

    private static NDArray at(Map<Integer, NDArray> byBlock, int block) {
        return Objects.requireNonNull(byBlock.get(block));
    }

    /** The axis of tokens: attention of heads has it last. */
    static int tokenAxis(EvidenceRequest request) {
        return request instanceof TowerCls ? 1 : 0;
    }
}
