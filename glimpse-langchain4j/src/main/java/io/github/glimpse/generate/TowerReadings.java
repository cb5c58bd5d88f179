package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceRequest.TowerKeys;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import java.util.Map;
import java.util.Objects;

/** Finds what a strategy asks for in what the tower told of a picture. */
final class TowerReadings {

    private TowerReadings() {}

    static NDArray of(VisionFeatures features, TowerAbilities tower, TowerCls request) {
        Map<Integer, NDArray> byBlock =
                switch (request.heads()) {
                    case EACH -> features.cls();
                    case JOINED -> features.joinedCls();
                };
        return Objects.requireNonNull(byBlock.get(tower.block(request.block())));
    }

    static NDArray of(VisionFeatures features, TowerAbilities tower, TowerReceived request) {
        Map<Integer, NDArray> byBlock =
                switch (request.from()) {
                    case ALL -> features.received();
                    case OTHER_PATCHES -> features.receivedFromOthers();
                };
        return Objects.requireNonNull(byBlock.get(tower.block(request.block())));
    }

    static NDArray of(VisionFeatures features, TowerAbilities tower, TowerKeys request) {
        return Objects.requireNonNull(features.keys().get(tower.block(request.block())));
    }
}
