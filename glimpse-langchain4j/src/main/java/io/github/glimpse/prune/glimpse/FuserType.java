package io.github.glimpse.prune.glimpse;

import io.github.glimpse.ModelFilesException;

/** The predictor's class, as {@code attn_fuse_type} names it. */
enum FuserType {
    /** Attention of the glimpse token with vision features as condition. */
    V1("AttnFuserV1"),
    /** Attention of the glimpse token alone. */
    V2("AttnFuserV2"),
    /** No weights: the mean attention itself. */
    DUMMY("AttnFuserDummy");

    private final String checkpointName;

    FuserType(String checkpointName) {
        this.checkpointName = checkpointName;
    }

    static FuserType of(String name) {
        for (FuserType type : values()) {
            if (type.checkpointName.equals(name)) {
                return type;
            }
        }
        throw new ModelFilesException("attn_fuse_type of the glimpse module is '" + name
                + "'; AttnFuserV1, AttnFuserV2 and AttnFuserDummy are known");
    }
}
