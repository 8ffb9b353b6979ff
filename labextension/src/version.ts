/** The version of this bundle; the server tells its own in its first frame, and the two must agree. */
export const VERSION = '0.1.0';
