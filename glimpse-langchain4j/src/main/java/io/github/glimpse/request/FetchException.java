package io.github.glimpse.request;

import java.io.IOException;

/** A picture was not fetched. The message says why and fits behind "the host"; it has no part of the URL. */
final class FetchException extends IOException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean ofSize;

    FetchException(String reason) {
        this(reason, false);
    }

    private FetchException(String reason, boolean ofSize) {
        super(reason);
        this.reason = reason;
        this.ofSize = ofSize;
    }

    /** The picture is larger than the limit. */
    static FetchException tooLarge(long limit) {
        return new FetchException(
                "sends more than the limit of " + limit
                        + " bytes; take a smaller picture or raise glimpse.limits.max-image-size",
                true);
    }

    boolean isOfSize() {
        return ofSize;
    }

    String reason() {
        return reason;
    }
}
