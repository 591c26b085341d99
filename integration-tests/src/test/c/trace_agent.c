// SPDX-License-Identifier: Apache-2.0
/*
 * A JVMTI agent that records what our library looks up by name through JNI, and what is looked up by reflection or as
 * a resource by our classes or about them: what native-image must be told, and what its own tracing agent records.
 * A line each goes to the file that is the agent's option: "KIND [CLASS] [NAME]".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jvmti.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUR_LIBRARY "zcrx_native_"
#define OUR_PACKAGE "Lnet/zcrx/"
#define CALLER __builtin_return_address(0)

static jvmtiEnv *jvmti;
static const jniNativeInterface *jni;
static FILE *out;

static void check(jvmtiError error, const char *what) {
    if (error != JVMTI_ERROR_NONE) {
        fprintf(stderr, "trace_agent: %s: error %d\n", what, error);
        abort();
    }
}

static void record(const char *kind, const char *class, const char *name) {
    fprintf(out, "%s%s%s%s%s\n", kind, class == NULL ? "" : " ", class == NULL ? "" : class, name == NULL ? "" : " ",
            name == NULL ? "" : name);
    fflush(out);
}

static void record_member(const char *kind, jclass class, const char *name) {
    char *signature;
    check(((*jvmti)->GetClassSignature(jvmti, class, &signature, NULL)), "GetClassSignature");
    record(kind, signature, name);
    (*jvmti)->Deallocate(jvmti, (unsigned char *) signature);
}

/* ---- JNI ---- */

static int is_ours(const void *caller) {
    Dl_info info;
    return dladdr(caller, &info) != 0 && info.dli_fname != NULL && strstr(info.dli_fname, OUR_LIBRARY) != NULL;
}

static jclass JNICALL find_class(JNIEnv *env, const char *name) {
    jclass class = jni->FindClass(env, name);
    if (class != NULL && is_ours(CALLER)) {
        record_member("jni class", class, NULL);
    }
    return class;
}

static void record_field(jclass class, jfieldID field, const char *name) {
    jclass declaring;
    check((*jvmti)->GetFieldDeclaringClass(jvmti, class, field, &declaring), "GetFieldDeclaringClass");
    record_member("jni field", declaring, name);
}

static void record_method(jmethodID method, const char *name) {
    jclass declaring;
    check((*jvmti)->GetMethodDeclaringClass(jvmti, method, &declaring), "GetMethodDeclaringClass");
    record_member("jni method", declaring, name);
}

static jfieldID JNICALL get_field(JNIEnv *env, jclass class, const char *name, const char *signature) {
    jfieldID field = jni->GetFieldID(env, class, name, signature);
    if (field != NULL && is_ours(CALLER)) {
        record_field(class, field, name);
    }
    return field;
}

static jfieldID JNICALL get_static_field(JNIEnv *env, jclass class, const char *name, const char *signature) {
    jfieldID field = jni->GetStaticFieldID(env, class, name, signature);
    if (field != NULL && is_ours(CALLER)) {
        record_field(class, field, name);
    }
    return field;
}

static jmethodID JNICALL get_method(JNIEnv *env, jclass class, const char *name, const char *signature) {
    jmethodID method = jni->GetMethodID(env, class, name, signature);
    if (method != NULL && is_ours(CALLER)) {
        record_method(method, name);
    }
    return method;
}

static jmethodID JNICALL get_static_method(JNIEnv *env, jclass class, const char *name, const char *signature) {
    jmethodID method = jni->GetStaticMethodID(env, class, name, signature);
    if (method != NULL && is_ours(CALLER)) {
        record_method(method, name);
    }
    return method;
}

/* Throws by the constructor that takes a message. */
static jint JNICALL throw_new(JNIEnv *env, jclass class, const char *message) {
    if (is_ours(CALLER)) {
        record_member("jni method", class, "<init>");
    }
    return jni->ThrowNew(env, class, message);
}

static void intercept_jni(void) {
    jniNativeInterface *table;
    check((*jvmti)->GetJNIFunctionTable(jvmti, (jniNativeInterface **) &jni), "GetJNIFunctionTable");
    check((*jvmti)->GetJNIFunctionTable(jvmti, &table), "GetJNIFunctionTable");
    table->FindClass = find_class;
    table->GetFieldID = get_field;
    table->GetStaticFieldID = get_static_field;
    table->GetMethodID = get_method;
    table->GetStaticMethodID = get_static_method;
    table->ThrowNew = throw_new;
    check((*jvmti)->SetJNIFunctionTable(jvmti, table), "SetJNIFunctionTable");
}

/* ---- reflection and resources ---- */

struct lookup {
    const char *class, *method, *signature;
    /* What is recorded; the member's name is the first argument, if there is one. */
    const char *kind;
    /* Slot of the class asked, -1 if none is; slot of the name, -1 if there is none. */
    jint class_slot, name_slot;
    jmethodID id;
};

#define IN_CLASS "java/lang/Class"
#define IN_LOADER "java/lang/ClassLoader"
#define RETURNS_RESOURCE "(Ljava/lang/String;)Ljava/net/URL;"
#define RETURNS_RESOURCES "(Ljava/lang/String;)Ljava/util/Enumeration;"
#define RETURNS_STREAM "(Ljava/lang/String;)Ljava/io/InputStream;"

static struct lookup lookups[] = {
    {IN_CLASS, "getField", "(Ljava/lang/String;)Ljava/lang/reflect/Field;", "reflect field", 0, 1, NULL},
    {IN_CLASS, "getDeclaredField", "(Ljava/lang/String;)Ljava/lang/reflect/Field;", "reflect field", 0, 1, NULL},
    {IN_CLASS, "getFields", "()[Ljava/lang/reflect/Field;", "reflect fields", 0, -1, NULL},
    {IN_CLASS, "getDeclaredFields", "()[Ljava/lang/reflect/Field;", "reflect fields", 0, -1, NULL},
    {IN_CLASS, "getMethod", "(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;", "reflect method", 0, 1,
        NULL},
    {IN_CLASS, "getDeclaredMethod", "(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;",
        "reflect method", 0, 1, NULL},
    {IN_CLASS, "getMethods", "()[Ljava/lang/reflect/Method;", "reflect methods", 0, -1, NULL},
    {IN_CLASS, "getDeclaredMethods", "()[Ljava/lang/reflect/Method;", "reflect methods", 0, -1, NULL},
    {IN_CLASS, "getConstructor", "([Ljava/lang/Class;)Ljava/lang/reflect/Constructor;", "reflect constructor", 0, -1,
        NULL},
    {IN_CLASS, "getDeclaredConstructor", "([Ljava/lang/Class;)Ljava/lang/reflect/Constructor;", "reflect constructor",
        0, -1, NULL},
    {IN_CLASS, "newInstance", "()Ljava/lang/Object;", "reflect constructor", 0, -1, NULL},
    {IN_CLASS, "forName", "(Ljava/lang/String;)Ljava/lang/Class;", "reflect class", -1, 0, NULL},
    {IN_CLASS, "forName", "(Ljava/lang/String;ZLjava/lang/ClassLoader;)Ljava/lang/Class;", "reflect class", -1, 0,
        NULL},
    {IN_CLASS, "getResource", RETURNS_RESOURCE, "resource", -1, 1, NULL},
    {IN_CLASS, "getResourceAsStream", RETURNS_STREAM, "resource", -1, 1, NULL},
    {IN_LOADER, "getResource", RETURNS_RESOURCE, "resource", -1, 1, NULL},
    {IN_LOADER, "getResources", RETURNS_RESOURCES, "resource", -1, 1, NULL},
    {IN_LOADER, "getResourceAsStream", RETURNS_STREAM, "resource", -1, 1, NULL},
    {IN_LOADER, "getSystemResource", RETURNS_RESOURCE, "resource", -1, 0, NULL},
    {IN_LOADER, "getSystemResources", RETURNS_RESOURCES, "resource", -1, 0, NULL},
    {"java/util/ServiceLoader", "load", "(Ljava/lang/Class;)Ljava/util/ServiceLoader;", "service", 0, -1, NULL},
    {"java/util/ServiceLoader", "load", "(Ljava/lang/Class;Ljava/lang/ClassLoader;)Ljava/util/ServiceLoader;",
        "service", 0, -1, NULL},
};
#define LOOKUPS (sizeof lookups / sizeof lookups[0])

static int is_called_by_us(jthread thread) {
    jvmtiFrameInfo frame;
    jint count;
    check((*jvmti)->GetStackTrace(jvmti, thread, 1, 1, &frame, &count), "GetStackTrace");
    if (count == 0) {
        return 0;
    }
    jclass class;
    char *signature;
    check((*jvmti)->GetMethodDeclaringClass(jvmti, frame.method, &class), "GetMethodDeclaringClass");
    check((*jvmti)->GetClassSignature(jvmti, class, &signature, NULL), "GetClassSignature");
    int ours = strncmp(signature, OUR_PACKAGE, strlen(OUR_PACKAGE)) == 0;
    (*jvmti)->Deallocate(jvmti, (unsigned char *) signature);
    return ours;
}

static jobject local(jthread thread, jint slot) {
    jobject object;
    check((*jvmti)->GetLocalObject(jvmti, thread, 0, slot, &object), "GetLocalObject");
    return object;
}

static void JNICALL breakpoint(jvmtiEnv *env, JNIEnv *jni_env, jthread thread, jmethodID method, jlocation location) {
    (void) env;
    (void) location;
    const struct lookup *lookup = lookups;
    while (lookup->id != method) {
        lookup++;
    }
    char *class = NULL;
    const char *name = NULL;
    jstring name_string = NULL;
    if (lookup->class_slot >= 0) {
        check((*jvmti)->GetClassSignature(jvmti, local(thread, lookup->class_slot), &class, NULL), "GetClassSignature");
    }
    if (lookup->name_slot >= 0 && (name_string = local(thread, lookup->name_slot)) != NULL) {
        name = jni->GetStringUTFChars(jni_env, name_string, NULL);
    }
    int about_us = class != NULL ? strncmp(class, OUR_PACKAGE, strlen(OUR_PACKAGE)) == 0
                                 : name != NULL && strstr(name, "zcrx") != NULL;
    if (about_us || is_called_by_us(thread)) {
        record(lookup->kind, class, name);
    }
    if (name != NULL) {
        jni->ReleaseStringUTFChars(jni_env, name_string, name);
    }
    if (class != NULL) {
        (*jvmti)->Deallocate(jvmti, (unsigned char *) class);
    }
}

static void set_breakpoints(JNIEnv *env) {
    for (size_t i = 0; i < LOOKUPS; i++) {
        struct lookup *lookup = &lookups[i];
        jclass class = jni->FindClass(env, lookup->class);
        lookup->id = jni->GetMethodID(env, class, lookup->method, lookup->signature);
        if (lookup->id == NULL) {
            jni->ExceptionClear(env);
            lookup->id = jni->GetStaticMethodID(env, class, lookup->method, lookup->signature);
        }
        if (lookup->id == NULL) {
            fprintf(stderr, "trace_agent: no %s.%s%s\n", lookup->class, lookup->method, lookup->signature);
            abort();
        }
        check((*jvmti)->SetBreakpoint(jvmti, lookup->id, 0), "SetBreakpoint");
    }
}

static void JNICALL vm_init(jvmtiEnv *env, JNIEnv *jni_env, jthread thread) {
    (void) env;
    (void) thread;
    intercept_jni();
    set_breakpoints(jni_env);
    check((*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_BREAKPOINT, NULL), "breakpoints");
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved) {
    (void) reserved;
    out = options == NULL ? NULL : fopen(options, "a");
    if (out == NULL || (*vm)->GetEnv(vm, (void **) &jvmti, JVMTI_VERSION_11) != JNI_OK) {
        fprintf(stderr, "trace_agent: no file to write to, or no JVMTI\n");
        return JNI_ERR;
    }
    jvmtiCapabilities capabilities = {.can_generate_breakpoint_events = 1, .can_access_local_variables = 1};
    check((*jvmti)->AddCapabilities(jvmti, &capabilities), "AddCapabilities");
    jvmtiEventCallbacks callbacks = {.VMInit = vm_init, .Breakpoint = breakpoint};
    check((*jvmti)->SetEventCallbacks(jvmti, &callbacks, sizeof callbacks), "SetEventCallbacks");
    check((*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_VM_INIT, NULL), "VMInit");
    return JNI_OK;
}
