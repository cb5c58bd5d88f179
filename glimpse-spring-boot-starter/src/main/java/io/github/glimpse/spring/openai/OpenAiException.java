package io.github.glimpse.spring.openai;

import org.jspecify.annotations.Nullable;

/** An answer in the shape of OpenAI's errors. Without a stack trace: it is what a client did, not what the program did. */
final class OpenAiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final int BAD_REQUEST = 400;
    private static final String INVALID = "invalid_request_error";

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String param;
    private final boolean mayTryAgain;

    private OpenAiException(
            int status,
            String type,
            @Nullable String code,
            @Nullable String param,
            boolean mayTryAgain,
            String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
        this.mayTryAgain = mayTryAgain;
    }

    /** A value that cannot be. */
    static OpenAiException invalid(@Nullable String param, String message) {
        return new OpenAiException(BAD_REQUEST, INVALID, null, param, false, message);
    }

    /** What would change the meaning of the answer and is not offered. */
    static OpenAiException unsupported(String param, String message) {
        return new OpenAiException(BAD_REQUEST, INVALID, "unsupported_parameter", param, false, message);
    }

    /** A status of the 400s with a code. */
    static OpenAiException refused(int status, String code, String message) {
        String type =
                switch (status) {
                    case 401 -> "authentication_error";
                    case 403 -> "permission_error";
                    case 413 -> "request_too_large";
                    case 429 -> "rate_limit_error";
                    default -> INVALID;
                };
        return new OpenAiException(status, type, code, null, status == 429, message);
    }

    /** A model that is not here. */
    static OpenAiException noModel(String message) {
        return new OpenAiException(404, INVALID, "model_not_found", "model", false, message);
    }

    /** What the model made of the request. */
    static OpenAiException of(Refusal refusal) {
        String type =
                switch (refusal.status()) {
                    case 413 -> "request_too_large";
                    case 429 -> "rate_limit_error";
                    default -> refusal.status() < 500 ? INVALID : "server_error";
                };
        return new OpenAiException(refusal.status(), type, null, null, refusal.mayTryAgain(), refusal.message());
    }

    /** A failure that the client can do nothing about. */
    static OpenAiException failure() {
        return new OpenAiException(
                500, "server_error", null, null, false, "The request failed; the log of the server says why");
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    @Nullable
    String code() {
        return code;
    }

    @Nullable
    String param() {
        return param;
    }

    /** Whether the same request may work in a while. */
    boolean mayTryAgain() {
        return mayTryAgain;
    }

    /** What the client reads. */
    String text() {
        return String.valueOf(getMessage());
    }
}
