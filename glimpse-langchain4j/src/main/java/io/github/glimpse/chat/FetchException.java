package io.github.glimpse.chat;

import java.io.IOException;

/** A picture was not fetched. The message says why and fits behind "the host"; it has no part of the URL. */
final class FetchException extends IOException {
    private static final long serialVersionUID = 1;

    private final String reason;

    FetchException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
