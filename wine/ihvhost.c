/*
 * The program for Wine that runs a vendor's DLL. All of it is in crate ihv_host_wine; Wine's own start-up
 * code wants a main of C.
 */
int hostednet_ihvhost(int count, const char *const *words);

int main(int count, char **words)
{
    return hostednet_ihvhost(count, (const char *const *)words);
}
