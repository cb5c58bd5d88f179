package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was read on the way, by its key: one entry for each image token that is alive, images joined. Belongs to one request; the
 * tensors belong to the scopes that are given.
 */
public final class ReadoutValues {

    private final TokenRows rows;
    private final Map<Readout, NDArray> values = new HashMap<>();

    /**
     * Nothing yet.
     *
     * @param rows picks and joins
     */
    public ReadoutValues(TokenRows rows) {
        this.rows = rows;
    }

    /** The same values; what is taken or cut from here on is of its own. */
    public ReadoutValues copy() {
        ReadoutValues copy = new ReadoutValues(rows);
        copy.values.putAll(values);
        return copy;
    }

    /** Takes a value of the tokens that are alive. */
    public void put(Readout key, NDArray value) {
        values.put(key, value);
    }

    /**
     * Takes the values of several images, joined along the axis of their tokens.
     *
     * @param parts by image
     * @param kept by image the places that are alive among those of its part
     * @param scope owns what has to be made for it
     */
    public void join(Readout key, List<NDArray> parts, List<int[]> kept, TensorScope scope) {
        int axis = key.shape().tokenAxis();
        NDList alive = new NDList();
        for (int i = 0; i < parts.size(); i++) {
            boolean isWhole = kept.get(i).length == parts.get(i).getShape().get(axis);
            alive.add(isWhole ? parts.get(i) : rows.pick(parts.get(i), kept.get(i), axis, scope));
        }
        values.put(key, alive.size() == 1 ? alive.get(0) : rows.join(alive, axis, scope));
    }

    /**
     * What a cut leaves of it.
     *
     * @param kept places that stay among those that were alive, rising
     * @param scope owns it
     */
    public void gather(int[] kept, TensorScope scope) {
        values.replaceAll((key, value) -> key.shape() == Readout.Shape.NOT_OF_TOKENS
                ? value
                : rows.pick(value, kept, key.shape().tokenAxis(), scope));
    }

    /** The value of a key, or null if it was not read. */
    public @Nullable NDArray find(Readout key) {
        return values.get(key);
    }
}
