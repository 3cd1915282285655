/*  A program: certificates as czmq writes and reads them.

    Usage:  zcert save FILE          makes a certificate and writes FILE and FILE_secret
            zcert load FILE          reads FILE_secret, or else FILE
    Both print the public key, the secret key, and the value of the property "name", a line each.
*/
#include <czmq.h>

int main (int argc, char *argv [])
{
    if (argc != 3)
        return 2;
    zcert_t *cert;
    if (streq (argv [1], "save")) {
        cert = zcert_new ();
        zcert_set_meta (cert, "name", "%s", "made by czmq");
        if (zcert_save (cert, argv [2]))
            return 1;
    }
    else {
        cert = zcert_load (argv [2]);
        if (!cert)
            return 1;
    }
    const char *name = zcert_meta (cert, "name");
    printf ("%s\n%s\n%s\n", zcert_public_txt (cert), zcert_secret_txt (cert), name ? name : "");
    zcert_destroy (&cert);
    return 0;
}
